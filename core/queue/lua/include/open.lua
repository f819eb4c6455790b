-- include keys
-- include checks
-- What every script that writes begins with: settings, clock, the sizes of all keys.
local layout, test_now, events_max, paused, size_max, keep_age, keep_count, keep_bytes, dead_max, dead_age = fields_of(
  meta, 'layout', 'test_now_us', 'events_max', 'paused', 'size_max', 'keep_age_ms', 'keep_count', 'keep_bytes',
  'dead_max', 'dead_age_ms')
local size, jobs_held, bigs, progresses, logs_held, keys_held, tokens_waiting
local function read_sizes() -- of every key: what has another type raises an error here, before anything is written
  size = {
    B = call('ZCARD', blocked), P = call('ZCARD', pending), S = call('ZCARD', scheduled), T = call('ZCARD', retrying),
    R = call('ZCARD', running), C = call('ZCARD', completed), F = call('ZCARD', failed), X = call('ZCARD', cancelled),
    D = call('ZCARD', dead),
  }
  jobs_held, bigs, progresses = call('HLEN', jobs), call('HLEN', big), call('HLEN', progress)
  logs_held, keys_held, tokens_waiting = call('HLEN', logs), call('HLEN', keyed), call('LLEN', wake)
  call('HLEN', runs) call('HLEN', handlers) call('HLEN', keys) call('HLEN', claims) call('HLEN', counts)
  call('XLEN', events)
end
if not problem then
  local is_read, err = pcall(read_sizes)
  if not is_read then problem = err end
end
if problem then return refusal() end
if layout and layout ~= '1' then return redis.error_reply('LAYOUT ' .. layout) end

-- Where the settings say nothing: the same as QueueState::Limits (core/queue/queue_state.h), which a test compares.
events_max, dead_max = tonumber(events_max) or 100000, tonumber(dead_max) or 1000
keep_age, dead_age = tonumber(keep_age) or 604800000, tonumber(dead_age) or 2592000000 -- ms: 7 and 30 days
keep_count, keep_bytes = tonumber(keep_count) or 1000000, tonumber(keep_bytes) or 1073741824

local now = tonumber(test_now) -- µs since 1970; a test's clock replaces the server's, so that a run is repeatable
if not now then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end
local now_text, now_ms = format('%.0f', now), floor(now / 1000)
local EPOCH = 1704067200000000 -- 2024-01-01: seq is µs since then, so that a rank stays below 2^53
local LEVEL = 2251799813685248 -- 2^51: the room of one priority in the ranks of pending
local minute = floor(now / 60000000) -- and its place in a ring of sixteen: enough for the rate over 15 minutes
local minute_field = 'm' .. minute % 16
local seq, event_number, bytes_held, handed_ms, minute_runs =
  unpack(call('HMGET', counts, 'seq', 'ev', 'bytes', 'handed_ms', minute_field))
bytes_held = tonumber(bytes_held) or 0
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
