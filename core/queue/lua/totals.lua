#!lua flags=no-writes
-- totals: what must add up, at one moment; costs the same whatever the queue holds.
-- KEYS     all of a queue (include keys)   ARGV  none
-- Returns  layout, or ''   how many jobs there are   sizes of B P S T R C F X D   jobs submitted by the handlers'
--          counters   id of the newest event, or ''   then of counts: name, value …
-- Refuses  WRONG_KEY noun type | LAYOUT found
-- include open
local by_handlers = 0
local fields = call('HGETALL', handlers) -- 5,000 at most
for i = 1, #fields, 2 do
  if sub(fields[i], 1, 10) == 'submitted.' then by_handlers = by_handlers + (tonumber(fields[i + 1]) or 0) end
end
local newest = call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local reply = {layout or '', jobs_held, size.B, size.P, size.S, size.T, size.R, size.C, size.F, size.X, size.D,
  format('%.0f', by_handlers), newest and newest[1] or ''}
local counters = call('HGETALL', counts)
for i = 1, #counters do reply[#reply + 1] = counters[i] end
return reply
