#!lua flags=allow-oom
-- repair: jobs that inspect found in no place, in several, or with something left over -> as their run record says;
-- then the counters, so that they agree with what is there. What is right already stays as it is.
-- KEYS     all of a queue (include keys)
-- ARGV     epoch for a queue without one   the finished jobs' sum of bytes, or ''   what its counter said then;
--          then pairs: id   the idempotency key that its definition names, or ''
--                      ''   an idempotency key that may lead nowhere
-- Returns  for what was done: id, or ''   a word: indexed pending scheduled retrying running completed failed
--          cancelled dead   removed   record   progress   payload   result   key   counts   bytes   layout   events
-- Keeps    all invariants; of 10, what can be known again. Its own steps may follow writes: open has found every key
--          to be of its type.
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
local LETTERS = {'B', 'P', 'S', 'T', 'R', 'C', 'F', 'X', 'D'}
local NAMES = {B = 'blocked', P = 'pending', S = 'scheduled', T = 'retrying', R = 'running', C = 'completed',
  F = 'failed', X = 'cancelled', D = 'dead'}
local BYTES_MAX = 4294967296
local LEASE_MS = 30000 -- for a run whose lease is gone: long enough for its worker to say that it lives
local epoch, right_bytes, counted_bytes = ARGV[1], ARGV[2], ARGV[3]
local newest = call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local newest_number = newest and tonumber(match(newest[1], '^%d+'))
local reply = {}
local function done(id, word) reply[#reply + 1], reply[#reply + 2] = id, word end

local function is_time(word) return word == '-' or find(word, '^%d+$') end
-- A record of another layout may read as one of ours, with numbers that cannot be: nothing is built on it. The same
-- limits as in core/queue/run_record.cpp.
local function read_run(record)
  local run = parse_record(record)
  local head = run and match(record, '^[^\n]*')
  local _, spaces = string.gsub(head or '', ' ', '')
  if spaces ~= 11 or not PLACE[run.letter] then return nil end
  local cancel_and_bytes = run.flags == '-' or run.flags == 'c' or match(run.flags, '^c?b(%d+)$')
  if not cancel_and_bytes or result_bytes(run) > BYTES_MAX or tonumber(run.bytes) > BYTES_MAX then return nil end
  for _, field in ipairs({'attempts', 'failures', 'lost', 'requeues'}) do
    if tonumber(run[field]) > 2147483647 then return nil end
  end
  if tonumber(run.rank) >= 4 * LEVEL or not find(run.ran, '^%-?%d*$') then return nil end
  return is_time(run.started) and is_time(run.ended) and run or nil
end

local function is_live(run) return run.token ~= '-' and sub(run.token, 1, 1) ~= '!' end
local function is_rank(score, level)
  return score and score >= 0 and score % 1 == 0 and floor(score / LEVEL) == 3 - level and score % LEVEL <= seq
end
local function new_rank(level) return format('%.0f', (3 - level) * LEVEL + next_seq()) end

local function due_of(definition) -- ms, or nil
  local due = tonumber((match(definition, '^[^\n]*\n%S+ %S+ %S+ %S+ %S+ %S+ (%d+)')))
  return due and math.ceil(due / 1000)
end
local function is_score(letter, text, definition)
  local score = tonumber(text)
  if not score or score < 0 or score >= 4 * LEVEL or score % 1 ~= 0 then return false end
  if letter == 'P' then return is_rank(score, level_of(definition)) end
  if letter == 'S' then return score == (due_of(definition) or score) end
  return letter == 'R' or letter == 'T' or score <= seq
end

-- Where a job belongs that has this run record, or none and stands in these lists.
local function wanted_letter(definition, run, scores)
  if run then return run.letter == 'R' and not is_live(run) and 'P' or run.letter end
  for letter in string.gmatch('PSBCDFXT', '%a') do
    if scores[letter] then return letter end
  end
  return (due_of(definition) or 0) > now_ms and 'S' or 'P'
end

local function wanted_score(letter, definition, run)
  local level = level_of(definition)
  if letter == 'P' then
    return run and is_rank(tonumber(run.rank), level) and run.letter == 'P' and run.rank or new_rank(level)
  end
  if letter == 'R' then return format('%.0f', now_ms + LEASE_MS) end
  if letter == 'T' then return format('%.0f', now_ms) end
  if letter == 'S' then return format('%.0f', due_of(definition) or now_ms) end
  local ended = run and tonumber(run.ended)
  return format('%.0f', ended and max(0, min(ended - EPOCH, seq)) or next_seq())
end

local function remove_leftovers(id, scores)
  local n = 0
  for letter in pairs(scores) do n = n + call('ZREM', PLACE[letter], id) end
  n = n + call('HDEL', runs, id) + call('HDEL', progress, id) + call('HDEL', logs, id)
    + call('HDEL', big, id .. ':p', id .. ':r')
  local key = call('HGET', keyed, id)
  if key and call('HGET', keys, key) == id then n = n + call('HDEL', keys, key) end
  n = n + call('HDEL', keyed, id)
  if n > 0 then
    done(id, 'removed')
    event('deleted', id)
  end
end

-- What is there of a result is kept, also where all else about the run is lost.
local function new_run(id, definition, record, letter)
  local run = fresh_run(bytes_of(definition), '0')
  run.letter, run.ended = letter, letter ~= 'T' and now_text or '-'
  run.text = record and match(record, '\n(.*)') or ''
  set_flags(run, false, call('HSTRLEN', big, id .. ':r'))
  done(id, 'record')
  return run
end

-- Returns the run record as it must be then, or nil when there need be none.
local function mend_place(id, definition, record, scores)
  local run = read_run(record)
  local letter = wanted_letter(definition, run, scores)
  local score = scores[letter]
  local is_right = score and is_score(letter, score, definition)
  if not is_right then score = wanted_score(letter, definition, run) end
  local others = 0
  for other in pairs(scores) do
    if other ~= letter then others = others + call('ZREM', PLACE[other], id) end
  end
  if not is_right then call('ZADD', PLACE[letter], score, id) end
  if not is_right or others > 0 then
    done(id, NAMES[letter])
    event('repaired', id)
  end
  if not run and not find('PSB', letter, 1, true) then
    run = new_run(id, definition, record, letter)
  elseif run and run.letter ~= letter then
    run.letter = letter -- its lease was nobody's
  end
  if run and letter == 'P' then run.rank = score end
  return run, letter
end

local function mend_parts(id, definition, run, letter)
  if letter ~= 'R' and call('HDEL', progress, id) == 1 then done(id, 'progress') end
  local apart = match(definition, '^[^\n]*\n%S+ %S+ %S+ %S+ %S+ %S+ %S+ %d+ %d+ (%S+)')
  if apart == '-' and call('HDEL', big, id .. ':p') == 1 then done(id, 'payload') end
  if run and apart and tonumber(run.bytes) ~= bytes_of(definition) then
    run.bytes = format('%.0f', bytes_of(definition))
    done(id, 'record')
  end
  local expected, there = run and result_bytes(run) or 0, call('HSTRLEN', big, id .. ':r')
  if expected == there then return end
  done(id, 'result')
  if expected == 0 then
    call('HDEL', big, id .. ':r')
  else
    set_flags(run, has_flag(run, 'c'), there) -- what is left of it: nothing, or what another program put there
  end
end

local function mend_key(id, key)
  local known = call('HGET', keyed, id)
  if known and known ~= key then
    if call('HGET', keys, known) == id then call('HDEL', keys, known) end
    call('HDEL', keyed, id)
    done(id, 'key')
  end
  if key == '' then return end
  local owner = call('HGET', keys, key)
  if owner and owner ~= id and call('HEXISTS', jobs, owner) == 1 then -- it is another's now
    if known == key then
      call('HDEL', keyed, id)
      done(id, 'key')
    end
  elseif owner ~= id or known ~= key then
    call('HSET', keys, key, id)
    call('HSET', keyed, id, key)
    done(id, 'key')
  end
end

local function mend(id, key)
  local definition, record = call('HGET', jobs, id), call('HGET', runs, id)
  local scores = {}
  for _, letter in ipairs(LETTERS) do scores[letter] = call('ZSCORE', PLACE[letter], id) or nil end
  if not definition then return remove_leftovers(id, scores) end
  local run, letter = mend_place(id, definition, record, scores)
  mend_parts(id, definition, run, letter)
  local text = run and to_record(run)
  if text and text ~= record then
    call('HSET', runs, id, text)
  elseif record and not run then
    call('HDEL', runs, id)
    done(id, 'record')
  end
  mend_key(id, key)
end

local function mend_stray_key(key)
  local owner = call('HGET', keys, key)
  if not owner or call('HEXISTS', jobs, owner) == 1 and call('HGET', keyed, owner) == key then return end
  call('HDEL', keys, key)
  done('', 'key')
end

-- Counters only grow, so what is missing is added on the side where it is missing. Invariant 4.
local function mend_counts()
  local changed, held = {}, 0
  local function set(field, value) changed[#changed + 1], changed[#changed + 2] = field, format('%.0f', value) end
  local function counter(field) return tonumber(call('HGET', counts, field)) or 0 end
  for _, letter in ipairs(LETTERS) do
    local there, came, went = call('ZCARD', PLACE[letter]), counter('in:' .. letter), counter('out:' .. letter)
    held = held + there
    if came - went < there then set('in:' .. letter, went + there) end
    if came - went > there then set('out:' .. letter, came - there) end
  end
  local gone, by_handlers, fields = 0, 0, call('HGETALL', handlers)
  for _, field in ipairs({'purged', 'expired', 'trimmed', 'deleted'}) do gone = gone + counter(field) end
  for i = 1, #fields, 2 do
    if sub(fields[i], 1, 10) == 'submitted.' then by_handlers = by_handlers + (tonumber(fields[i + 1]) or 0) end
  end
  local submitted = max(counter('submitted'), held + gone, by_handlers)
  if submitted ~= counter('submitted') then set('submitted', submitted) end
  if held + gone < submitted then set('deleted', counter('deleted') + submitted - held - gone) end
  if by_handlers < submitted then
    local others = tonumber(call('HGET', handlers, 'submitted.1:(other)')) or 0
    call('HSET', handlers, 'submitted.1:(other)', format('%.0f', others + submitted - by_handlers))
  end
  if #changed > 0 or by_handlers < submitted then done('', 'counts') end
  return changed
end

-- The last seq is lost with its counter. Jobs that stand where they were put, no later than now, tell it, so that they
-- keep their places.
local function find_seq()
  local most, last = max(now - EPOCH, seq), seq
  local function look(key, from)
    local lowest, highest = format('%.0f', from), format('%.0f', from + most)
    local top = call('ZREVRANGEBYSCORE', key, highest, lowest, 'WITHSCORES', 'LIMIT', 0, 1)[2]
    if top then last = max(last, floor(tonumber(top) - from)) end
  end
  for level = 0, 3 do look(pending, (3 - level) * LEVEL) end
  for _, letter in ipairs({'C', 'F', 'X', 'D'}) do look(PLACE[letter], 0) end
  if last > seq then
    seq = last
    done('', 'counts')
  end
end

if not layout then
  call('HSET', meta, 'layout', '1')
  if call('HSETNX', meta, 'epoch', epoch) == 1 then call('HSET', meta, 'created_us', now_text) end
  done('', 'layout')
end
if event_number ~= newest_number then
  event_number = newest_number or event_number -- an empty stream goes on where it was
  event('repaired', '-')
  done('', 'events')
end
find_seq()
for at = 4, #ARGV, 2 do
  if ARGV[at] ~= '' then mend(ARGV[at], ARGV[at + 1]) else mend_stray_key(ARGV[at + 1]) end
end
local changed = mend_counts()
if right_bytes ~= '' and (call('HGET', counts, 'bytes') or '') == counted_bytes then
  changed[#changed + 1], changed[#changed + 2] = 'bytes', right_bytes
  done('', 'bytes')
end
if #reply > 0 then
  changed[#changed + 1], changed[#changed + 2] = 'ev', write_events()
  write_counts(unpack(changed))
  wake_up(1)
end
return reply
