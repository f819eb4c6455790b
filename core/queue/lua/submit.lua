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
local ids, keys_given = {}, {}
local at = 3
for i = 1, n do -- what must be read before the first write; the loop below walks in the same steps
  local option = ARGV[at + 1]
  ids[i] = ARGV[at]
  at = at + 4
  if #option > 1 then
    if find(option, 's', 2, true) then at = at + 1 end
    if find(option, 'k', 2, true) then
      keys_given[#keys_given + 1] = ARGV[at]
      at = at + 1
    end
    if find(option, 'b', 2, true) then at = at + 1 end
  end
end
local there = call('HMGET', jobs, unpack(ids))
local id_of_key = {}
if #keys_given > 0 then
  local found = call('HMGET', keys, unpack(keys_given))
  for i = 1, #keys_given do id_of_key[keys_given[i]] = found[i] or nil end
end
local earliest = size.S > 0 and tonumber(call('ZRANGE', scheduled, 0, 0, 'WITHSCORES')[2])

local room = tonumber(size_max) or 0
room = room > 0 and room - size.B - size.P - size.S - size.T - size.R or n
local reply = {now_text, layout and 0 or 1}
local new, ranks, due_scores, key_fields, keyed_fields, big_fields, lines = {}, {}, {}, {}, {}, {}, {}
local new_n, ranks_n = 0, 0
local new_state = {} -- id -> letter, of this call
local wakes = 0
local last_option, last_handler, same_n, line_end = nil, nil, 0, nil
local function count_submitted() -- runs of jobs with one handler and level are counted as one
  if same_n > 0 then count_of_handler('submitted.' .. sub(last_option, 1, 1) .. ':' .. last_handler, same_n) end
end
at = 3
for i = 1, n do
  local id, option, handler, definition, due, key, payload = ids[i], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  at = at + 4
  if #option > 1 then
    if find(option, 's', 2, true) then due = ARGV[at] at = at + 1 end
    if find(option, 'k', 2, true) then key = ARGV[at] at = at + 1 end
    if find(option, 'b', 2, true) then payload = ARGV[at] at = at + 1 end
  end
  local other = key and id_of_key[key]
  if there[i] or new_state[id] then
    reply[i + 2] = 'already ' .. (new_state[id] or state_of(id))
  elseif other then
    reply[i + 2] = 'key ' .. other .. ' ' .. (new_state[other] or state_of(other))
  elseif room <= 0 then
    reply[i + 2] = 'full ' .. size_max
  else
    room = room - 1
    if option ~= last_option or handler ~= last_handler then
      count_submitted()
      last_option, last_handler, same_n = option, handler, 0
      line_end = ' ' .. sub(option, 1, 1) .. ' - ' .. handler
    end
    same_n = same_n + 1
    local state = 'P'
    if due and tonumber(due) > now_ms then
      state = 'S'
      due_scores[#due_scores + 1], due_scores[#due_scores + 2] = due, id
      if not earliest or tonumber(due) < earliest then
        earliest = tonumber(due)
        wakes = wakes + 1
      end
      lines[new_n / 2 + 1] = id .. ' ' .. sub(option, 1, 1) .. ' ' .. due .. ' ' .. handler
    else
      ranks[ranks_n + 1], ranks[ranks_n + 2] = next_rank(sub(option, 1, 1)), id
      ranks_n = ranks_n + 2
      wakes = wakes + 1
      lines[new_n / 2 + 1] = id .. line_end
    end
    new_state[id] = state
    reply[i + 2] = state
    new[new_n + 1], new[new_n + 2] = id, definition
    new_n = new_n + 2
    if key then
      id_of_key[key] = id
      key_fields[#key_fields + 1], key_fields[#key_fields + 2] = key, id
      keyed_fields[#keyed_fields + 1], keyed_fields[#keyed_fields + 2] = id, key
    end
    if payload then big_fields[#big_fields + 1], big_fields[#big_fields + 2] = id .. ':p', payload end
  end
end
count_submitted()

if not layout then call('HSET', meta, 'layout', '1', 'epoch', epoch, 'created_us', now_text) end
if new_n == 0 then return reply end
call('HSET', jobs, unpack(new))
if #big_fields > 0 then call('HSET', big, unpack(big_fields)) end
if #key_fields > 0 then
  call('HSET', keys, unpack(key_fields))
  call('HSET', keyed, unpack(keyed_fields))
end
if ranks_n > 0 then call('ZADD', pending, unpack(ranks)) end
if #due_scores > 0 then call('ZADD', scheduled, unpack(due_scores)) end
wake_up(wakes)
count('submitted', new_n / 2)
count('in:P', ranks_n / 2)
count('in:S', #due_scores / 2)
events_of('submitted', lines)
write_counts('ev', write_events())
return reply
