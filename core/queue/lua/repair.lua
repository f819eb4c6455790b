#!lua flags=allow-oom
-- repair: jobs that inspect found in no place, in several, or with something left over -> as their run record says; then
-- the counters, so that they agree with what is there. What is right already stays as it is.
-- KEYS     all of a queue (include keys)
-- ARGV     epoch for a queue without one   bytes to add to the finished jobs' sum, or ''   the sum that was found then;
--          then pairs: id   the idempotency key that its definition names, or ''
--                      ''   an idempotency key that may lead nowhere
-- Returns  then for what was done: id, or ''   a word: indexed pending scheduled retrying running completed failed
--          cancelled dead   removed   record   progress   payload   result   key   counts   bytes   layout   events
-- Keeps    invariants 1 to 5, 7, 8, 9. Its own steps may follow writes: open has found every key to be of its type.
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
local LETTERS = {'B', 'P', 'S', 'T', 'R', 'C', 'F', 'X', 'D'}
local NAMES = {B = 'blocked', P = 'pending', S = 'scheduled', T = 'retrying', R = 'running', C = 'completed',
  F = 'failed', X = 'cancelled', D = 'dead'}
local LEASE_MS = 30000 -- for a run whose lease is gone: long enough for its worker to say that it lives
local epoch, bytes_off, bytes_found = ARGV[1], ARGV[2], ARGV[3]
local newest = call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local newest_number = newest and tonumber(match(newest[1], '^%d+'))
local reply = {}
local function done(id, word) reply[#reply + 1], reply[#reply + 2] = id, word end

local function is_live(run) return run.token ~= '-' and sub(run.token, 1, 1) ~= '!' end
local function is_rank(score, level)
  return score and score >= 0 and score % 1 == 0 and floor(score / LEVEL) == 3 - level and score % LEVEL <= seq
end
local function new_rank(level) return format('%.0f', (3 - level) * LEVEL + next_seq()) end

-- Where a job belongs that has this run record, or none and stands in these lists.
local function wanted_letter(run, scores)
  if run then return run.letter == 'R' and not is_live(run) and 'P' or run.letter end
  for letter in string.gmatch('PSBCDFXT', '%a') do
    if scores[letter] then return letter end
  end
  return 'P'
end

local function wanted_score(letter, definition, run)
  local level = level_of(definition)
  if letter == 'P' then
    return run and is_rank(tonumber(run.rank), level) and run.letter == 'P' and run.rank or new_rank(level)
  end
  if letter == 'R' then return format('%.0f', now_ms + LEASE_MS) end
  if letter == 'T' then return format('%.0f', now_ms) end
  if letter == 'S' then
    local due = tonumber((match(definition, '^[^\n]*\n%S+ %S+ %S+ %S+ %S+ %S+ (%d+)')))
    return format('%.0f', due and math.ceil(due / 1000) or now_ms)
  end
  local ended = run and tonumber(run.ended)
  return format('%.0f', ended and min(ended - EPOCH, seq) or next_seq())
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

-- Returns the run record as it must be then, or nil when there need be none.
local function mend_place(id, definition, run, scores)
  local letter = wanted_letter(run, scores)
  local score = scores[letter]
  local is_right = score and (letter ~= 'P' or is_rank(tonumber(score), level_of(definition)))
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
    run = fresh_run(bytes_of(definition), '0')
    run.letter, run.ended = letter, letter ~= 'T' and now_text or '-'
    done(id, 'record')
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
  local run, letter = mend_place(id, definition, parse_record(record), scores)
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
    if sub(fields[i], 1, 10) == 'submitted.' then by_handlers = by_handlers + fields[i + 1] end
  end
  local submitted = max(counter('submitted'), held + gone, by_handlers)
  if submitted ~= counter('submitted') then set('submitted', submitted) end
  if held + gone < submitted then set('deleted', counter('deleted') + submitted - held - gone) end
  if by_handlers < submitted then
    call('HINCRBY', handlers, 'submitted.1:(other)', format('%.0f', submitted - by_handlers))
  end
  if #changed > 0 or by_handlers < submitted then done('', 'counts') end
  return changed
end

if not layout then
  call('HSET', meta, 'layout', '1')
  if call('HSETNX', meta, 'epoch', epoch) == 1 then call('HSET', meta, 'created_us', now_text) end
  done('', 'layout')
end
if newest_number and event_number ~= newest_number then
  event_number = newest_number
  done('', 'events')
end
for at = 4, #ARGV, 2 do
  if ARGV[at] ~= '' then mend(ARGV[at], ARGV[at + 1]) else mend_stray_key(ARGV[at + 1]) end
end
for _, letter in ipairs({'C', 'F', 'X', 'D'}) do
  local last = call('ZRANGE', PLACE[letter], -1, -1, 'WITHSCORES')[2]
  if last and tonumber(last) > seq then seq = floor(tonumber(last)) end
end
local changed = mend_counts()
if bytes_off ~= '' and (call('HGET', counts, 'bytes') or '0') == bytes_found then
  changed[#changed + 1], changed[#changed + 2] = 'bytes', format('%.0f', bytes_found + bytes_off)
  done('', 'bytes')
end
if #reply > 0 then
  changed[#changed + 1], changed[#changed + 2] = 'ev', write_events()
  write_counts(unpack(changed))
  wake_up(1)
end
return reply
