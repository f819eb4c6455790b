#!lua flags=no-writes
-- stats: a queue's counts and settings; costs the same whatever the queue holds.
-- KEYS     all of a queue (include keys)   ARGV  none
-- Returns  server now, µs   sizes of B P S T R C F X D   entry, µs since 1970, of the pending job that waited
--          longest, or ''   pending of LOW NORMAL HIGH CRITICAL   how many fields of counts follow   name, value …
--          then of meta: name, value …
-- include open
local oldest
for level = 0, 3 do
  local first = call('ZRANGE', pending, format('%.0f', level * LEVEL), format('(%.0f', (level + 1) * LEVEL), 'BYSCORE',
    'LIMIT', 0, 1, 'WITHSCORES')[2]
  if first then oldest = min(oldest or math.huge, first % LEVEL) end
end
local reply = {now_text, size.B, size.P, size.S, size.T, size.R, size.C, size.F, size.X, size.D,
  oldest and format('%.0f', oldest + EPOCH) or ''}
for level = 3, 0, -1 do -- the rank's highest part is 0 for CRITICAL
  reply[#reply + 1] = call('ZCOUNT', pending, format('%.0f', level * LEVEL), format('(%.0f', (level + 1) * LEVEL))
end
local counters, settings = call('HGETALL', counts), call('HGETALL', meta)
reply[#reply + 1] = #counters
for i = 1, #counters do reply[#reply + 1] = counters[i] end
for i = 1, #settings do reply[#reply + 1] = settings[i] end
return reply
