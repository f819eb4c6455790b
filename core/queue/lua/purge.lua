#!lua flags=allow-oom
-- purge: all of some states -> gone; at most 200 jobs a call. Jobs that ended, or went to pending, after the first call
-- began stay.
-- KEYS     all of a queue (include keys)
-- ARGV     letters of the states, without R   seq up to which, or '' in the first call
-- Returns  server now, µs   seq up to which   how many went   1 when there may be more   how many there were
-- Keeps    invariants 1, 4, 5, 6, 8
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include forget
-- include remove
local letters = ARGV[1]
local up_to = ARGV[2] ~= '' and ARGV[2] or format('%.0f', max(seq, now - EPOCH))
local MOST = 200
local removed, there = 0, 0
for letter in string.gmatch(letters, '%a') do there = there + size[letter] end

local function found_in(letter, most)
  if size[letter] == 0 then return {} end
  if letter == 'S' or letter == 'T' then return call('ZRANGE', PLACE[letter], 0, most - 1) end
  if letter ~= 'P' then return call('ZRANGE', PLACE[letter], '-inf', up_to, 'BYSCORE', 'LIMIT', 0, most) end
  local ids = {}
  for level = 0, 3 do
    local base = level * LEVEL
    local part = #ids < most and call('ZRANGE', pending, format('%.0f', base), format('%.0f', base + up_to), 'BYSCORE',
      'LIMIT', 0, most - #ids) or {}
    for i = 1, #part do ids[#ids + 1] = part[i] end
  end
  return ids
end

for letter in string.gmatch(letters, '%a') do
  local ids = removed < MOST and found_in(letter, MOST - removed) or {}
  if #ids > 0 then
    remove_jobs(letter, ids, call('HMGET', runs, unpack(ids)))
    event('purged', #ids .. ' ' .. letter)
    removed = removed + #ids
  end
end
count('purged', removed)
if removed > 0 then write_counts('ev', write_events()) end
return {now_text, up_to, removed, removed == MOST and 1 or 0, there}
