-- include keys
-- include checks
-- What every script that writes begins with: settings, clock, the sizes of all keys.
local layout, test_now, events_max, paused, size_max, keep_age, keep_count, keep_bytes, dead_max, dead_age = fields_of(
  meta, 'layout', 'test_now_us', 'events_max', 'paused', 'size_max', 'keep_age_ms', 'keep_count', 'keep_bytes',
  'dead_max', 'dead_age_ms')
local seq, event_number = fields_of(counts, 'seq', 'ev')
local size = {
  B = size_of('ZCARD', blocked), P = size_of('ZCARD', pending), S = size_of('ZCARD', scheduled),
  T = size_of('ZCARD', retrying), R = size_of('ZCARD', running), C = size_of('ZCARD', completed),
  F = size_of('ZCARD', failed), X = size_of('ZCARD', cancelled), D = size_of('ZCARD', dead),
}
local jobs_held, bigs, progresses, logs_held, keys_held = size_of('HLEN', jobs), size_of('HLEN', big),
  size_of('HLEN', progress), size_of('HLEN', logs), size_of('HLEN', keyed)
local tokens_waiting = size_of('LLEN', wake)
size_of('HLEN', runs) size_of('HLEN', handlers) size_of('HLEN', keys) size_of('HLEN', claims) size_of('XLEN', events)
if wrong_key then
  return redis.error_reply('WRONG_KEY ' .. match(wrong_key, '%a+$') .. ' ' .. call('TYPE', wrong_key).ok)
end
if layout and layout ~= '1' then return redis.error_reply('LAYOUT ' .. layout) end

local now = tonumber(test_now) -- µs since 1970; a test's clock replaces the server's, so that a run is repeatable
if not now then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end
local now_text, now_ms = format('%.0f', now), floor(now / 1000)
local EPOCH = 1704067200000000 -- 2024-01-01: seq is µs since then, so that a rank stays below 2^53
local LEVEL = 2251799813685248 -- 2^51: the room of one priority in the ranks of pending
seq, event_number = tonumber(seq) or 0, tonumber(event_number)
local function next_seq() -- the server's time, made strictly growing
  seq = max(now - EPOCH, seq + 1)
  return seq
end

-- The place behind all that wait with the same level (0 to 3): invariant 7. Formatting a double of 16 digits is dear,
-- so ranks that follow each other share the text of all but their last three.
local rank_thousands, rank_start
local function next_rank(level)
  local rank = (3 - level) * LEVEL + next_seq()
  local thousands = floor(rank / 1000)
  if thousands ~= rank_thousands then rank_thousands, rank_start = thousands, format('%.0f', thousands) end
  local rest = rank - thousands * 1000
  return rank_start .. string.char(48 + floor(rest / 100), 48 + floor(rest / 10) % 10, 48 + rest % 10)
end
