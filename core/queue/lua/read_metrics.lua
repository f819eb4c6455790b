#!lua flags=no-writes
-- read_metrics: a range of buckets of one ring, as record_metrics writes them; one read, at most 1,500 fields.
-- KEYS     meta   seconds or minutes: hash
-- ARGV     a bucket's width, s   how many the ring has   how long the range is, s   its end, µs, or '': now
-- Returns  server now, µs   first bucket   last bucket   then the text of each bucket that there is, rising
-- Refuses  WRONG_KEY noun type | LAYOUT found
local meta, ring = unpack(KEYS)
local call, format, floor = redis.call, string.format, math.floor
for i, key in ipairs(KEYS) do
  local found = call('TYPE', key).ok
  if found ~= 'hash' and found ~= 'none' then
    return redis.error_reply('WRONG_KEY ' .. string.match(key, '%a+$') .. ' ' .. found)
  end
end
local width, slots, length = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local layout, now = unpack(call('HMGET', meta, 'layout', 'test_now_us'))
if layout and layout ~= '1' then return redis.error_reply('LAYOUT ' .. layout) end
now = tonumber(now)
if not now then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end
local current = floor(now / 1000000 / width)
local last = ARGV[4] == '' and current or math.min(floor(ARGV[4] / 1000000 / width), current)
local first = math.max(last - math.ceil(length / width) + 1, current - slots + 1)
local reply = {format('%.0f', now), format('%.0f', first), format('%.0f', last)}
if first > last then return reply end
local fields = {}
for number = first, last do fields[#fields + 1] = format('%.0f', number % slots) end
for i, text in ipairs(call('HMGET', ring, unpack(fields))) do
  if text and tonumber(string.match(text, '^%d+')) == first + i - 1 then reply[#reply + 1] = text end
end
return reply
