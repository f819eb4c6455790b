#!lua
-- record_metrics: what a pool has settled since it last told, into rings of buckets that are as big as they ever get:
-- 720 of 5 s, 1,500 of a minute. Beside it a sample of the queue's sizes, into the buckets of now. Not allow-oom: on a
-- full server work goes on, and figures do not.
-- KEYS     meta   seconds: hash   minutes: hash   recorded:<pool>: string   blocked   pending   scheduled   retrying
--          running   dead
-- ARGV     sequence, grows with each call of the pool   the first bucket of 5 s since which the pool has been there, or
--          -   then for each: bucket of 5 s   handler, or '' for the workers   pairs: ' <key>:<number>' to be added
-- Returns  server now, µs   1, or 0: this sequence was recorded before
-- Refuses  WRONG_KEY noun type | LAYOUT found: nothing is written then
local meta, seconds, minutes, recorded, blocked, pending, scheduled, retrying, running, dead = unpack(KEYS)
local call, match, gmatch, format, floor = redis.call, string.match, string.gmatch, string.format, math.floor
local nouns = {'meta', 'seconds', 'minutes', 'recorded', 'blocked', 'pending', 'scheduled', 'retrying', 'running', 'dead'}
for i, noun in ipairs(nouns) do
  local found, wanted = call('TYPE', KEYS[i]).ok, i <= 3 and 'hash' or i == 4 and 'string' or 'zset'
  if found ~= wanted and found ~= 'none' then return redis.error_reply('WRONG_KEY ' .. noun .. ' ' .. found) end
end
local layout, now = unpack(call('HMGET', meta, 'layout', 'test_now_us'))
if layout and layout ~= '1' then return redis.error_reply('LAYOUT ' .. layout) end
now = tonumber(now)
if not now then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end
local now_text = format('%.0f', now)
local last = call('GET', recorded)
if last and tonumber(last) >= tonumber(ARGV[1]) then return {now_text, 0} end

local EPOCH, LEVEL, HANDLERS_MAX = 1704067200000000, 2251799813685248, 10
local oldest
for level = 0, 3 do
  local first = call('ZRANGE', pending, format('%.0f', level * LEVEL), format('(%.0f', (level + 1) * LEVEL), 'BYSCORE',
    'LIMIT', 0, 1, 'WITHSCORES')[2]
  if first then oldest = math.min(oldest or math.huge, first % LEVEL) end
end
local sample = format('%d %d %d %d %d %d %.0f', call('ZCARD', blocked), call('ZCARD', pending), call('ZCARD', scheduled),
  call('ZCARD', retrying), call('ZCARD', running), call('ZCARD', dead),
  oldest and math.max(0, now - oldest - EPOCH) or 0)

-- A bucket's text: '<bucket> <since or -> <sample or ->', then a line each: the handler, and its pairs.
local function line_of(own, handler)
  if handler ~= '' and not own.lines[handler] and own.handlers >= HANDLERS_MAX then handler = '(other)' end
  local line = own.lines[handler]
  if not line then
    line = {}
    own.lines[handler] = line
    own.order[#own.order + 1] = handler
    if handler ~= '' and handler ~= '(other)' then own.handlers = own.handlers + 1 end
  end
  return line
end
local function add(own, handler, pairs_text)
  local line = line_of(own, handler)
  for key, number in gmatch(pairs_text, '(%a%d*):(%d+)') do line[key] = (line[key] or 0) + tonumber(number) end
end
local function read(text, bucket)
  local own = {lines = {}, order = {}, handlers = 0}
  local head, rest = match(text or '', '^([^\n]*)\n?(.*)$')
  local number, since, told = match(head, '^(%d+) (%S+) (.*)$')
  if tonumber(number) ~= bucket then return own end -- another round of the ring
  own.since, own.sample = tonumber(since), told ~= '-' and told or nil
  for line in gmatch(rest, '[^\n]+') do
    local handler, figures = match(line, '^(%S*)(.*)$')
    add(own, handler, figures)
  end
  return own
end
local function write(own, bucket)
  local lines = {format('%.0f %s %s', bucket, own.since and format('%.0f', own.since) or '-', own.sample or '-')}
  for _, handler in ipairs(own.order) do
    local words = {handler}
    for key, number in pairs(own.lines[handler]) do words[#words + 1] = key .. ':' .. format('%.0f', number) end
    lines[#lines + 1] = table.concat(words, ' ')
  end
  return table.concat(lines, '\n')
end

for _, ring in ipairs({{seconds, 5, 720, 3660000}, {minutes, 60, 1500, 90060000}}) do
  local key, width, slots, lives = unpack(ring)
  local current = floor(now / 1000000 / width)
  local touched, changed = {}, {}
  local function bucket_of(number)
    if not touched[number] then touched[number] = read(call('HGET', key, number % slots), number) end
    return touched[number]
  end
  local since = tonumber(ARGV[2])
  since = since and floor(since * 5 / width)
  for at = 3, #ARGV, 3 do
    local number = math.min(floor(ARGV[at] * 5 / width), current) -- a pool's idea of our time may be a little off
    if number > current - slots then
      local own = bucket_of(number)
      add(own, ARGV[at + 1], ARGV[at + 2])
      if since and since <= number then own.since = math.min(own.since or since, since) end
    end
  end
  bucket_of(current).sample = sample
  for number, own in pairs(touched) do
    changed[#changed + 1] = format('%.0f', number % slots)
    changed[#changed + 1] = write(own, number)
  end
  call('HSET', key, unpack(changed))
  call('PEXPIRE', key, lives)
end
call('SET', recorded, ARGV[1], 'EX', 600)
return {now_text, 1}
