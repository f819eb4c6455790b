#!lua
-- submit: new jobs -> pending, or scheduled until they are due.
-- KEYS     all of a queue (include keys)
-- ARGV     epoch for a queue that is new   jobs; then for each: id   options   handler   definition record
--          and, by the letters of its options after the level (0 to 3, LOW to CRITICAL):
--          s due time, ms   k idempotency key   b payload
-- Returns  server now, µs   1 when the queue is new   then one entry a job: the letter of its state, when accepted;
--          already <letter> (this id is there)   key <id> <letter> (its idempotency key is)   full <size>
-- Refuses  WRONG_KEY noun type | LAYOUT found: nothing is written then
-- Keeps    invariants 1 (one place), 4 (counts), 5 (keys and keyed), 6 (events), 7 (ranks)
-- Cost     about 30 commands and 3 fields a job
-- include open
-- include counts
-- include events
-- include states
-- include wake
local epoch, n = ARGV[1], tonumber(ARGV[2])
local ids, options, names, records, dues, idempotency, payloads = {}, {}, {}, {}, {}, {}, {}
local keys_given = {}
local at = 3
for i = 1, n do
  local option = ARGV[at + 1]
  ids[i], options[i], names[i], records[i] = ARGV[at], option, ARGV[at + 2], ARGV[at + 3]
  at = at + 4
  if #option > 1 then
    if find(option, 's', 2, true) then dues[i] = ARGV[at] at = at + 1 end
    if find(option, 'k', 2, true) then
      idempotency[i] = ARGV[at]
      keys_given[#keys_given + 1] = ARGV[at]
      at = at + 1
    end
    if find(option, 'b', 2, true) then payloads[i] = ARGV[at] at = at + 1 end
  end
end

local there = call('HMGET', jobs, unpack(ids))
local id_of_key = {}
if #keys_given > 0 then
  local found = call('HMGET', keys, unpack(keys_given))
  for i = 1, #keys_given do id_of_key[keys_given[i]] = found[i] or nil end
end

local room = tonumber(size_max) or 0
room = room > 0 and room - size.B - size.P - size.S - size.T - size.R or n
local reply = {now_text, layout and 0 or 1}
local new, ranks, due_scores, key_fields, keyed_fields, big_fields, lines = {}, {}, {}, {}, {}, {}, {}
local new_state = {} -- id -> letter, of this call
local wakes = 0
local earliest = size.S > 0 and tonumber(call('ZRANGE', scheduled, 0, 0, 'WITHSCORES')[2])
for i = 1, n do
  local id, key = ids[i], idempotency[i]
  local other = key and id_of_key[key]
  if there[i] or new_state[id] then
    reply[i + 2] = 'already ' .. (new_state[id] or state_of(id))
  elseif other then
    reply[i + 2] = 'key ' .. other .. ' ' .. (new_state[other] or state_of(other))
  elseif room <= 0 then
    reply[i + 2] = 'full ' .. size_max
  else
    room = room - 1
    local level, due = sub(options[i], 1, 1), tonumber(dues[i])
    local state = 'P'
    if due and due > now_ms then
      state = 'S'
      due_scores[#due_scores + 1], due_scores[#due_scores + 2] = dues[i], id
      if not earliest or due < earliest then
        earliest = due
        wakes = wakes + 1
      end
    else
      ranks[#ranks + 1], ranks[#ranks + 2] = format('%.0f', (3 - level) * LEVEL + next_seq()), id
      wakes = wakes + 1
    end
    new_state[id] = state
    reply[i + 2] = state
    new[#new + 1], new[#new + 2] = id, records[i]
    if key then
      id_of_key[key] = id
      key_fields[#key_fields + 1], key_fields[#key_fields + 2] = key, id
      keyed_fields[#keyed_fields + 1], keyed_fields[#keyed_fields + 2] = id, key
    end
    if payloads[i] then big_fields[#big_fields + 1], big_fields[#big_fields + 2] = id .. ':p', payloads[i] end
    lines[#lines + 1] = id .. ' ' .. level .. ' ' .. (state == 'S' and dues[i] or '-') .. ' ' .. names[i]
    count_of_handler('submitted.' .. level .. ':' .. names[i], 1)
  end
end

if not layout then call('HSET', meta, 'layout', '1', 'epoch', epoch, 'created_us', now_text) end
if #new == 0 then return reply end
call('HSET', jobs, unpack(new))
if #big_fields > 0 then call('HSET', big, unpack(big_fields)) end
if #key_fields > 0 then
  call('HSET', keys, unpack(key_fields))
  call('HSET', keyed, unpack(keyed_fields))
end
if #ranks > 0 then call('ZADD', pending, unpack(ranks)) end
if #due_scores > 0 then call('ZADD', scheduled, unpack(due_scores)) end
wake_up(wakes)
count('submitted', #new / 2)
count('in:P', #ranks / 2)
count('in:S', #due_scores / 2)
events_of('submitted', lines)
write_counts('ev', write_events())
return reply
