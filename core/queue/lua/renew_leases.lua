#!lua flags=allow-oom
-- renew_leases: a pool's heartbeat for one queue. What it holds is renewed; what a claim gave it without its knowing,
-- since the reply was lost and will not be asked for again, is handed back uncharged.
-- KEYS     all of a queue (include keys)
-- ARGV     worker   lease, ms   jobs held, at most 500 a call; then for each: id   token   then for each lane that has
--          no call under way: lane   sequence of the last claim whose answer it has
-- Returns  server now, µs   how many are lost   their ids   then the ids of those whose cancel is asked
-- Refuses  WRONG_KEY noun type | LAYOUT found: nothing is written then
-- Keeps    invariants 1 to 8
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
-- include settle_state
-- include settle_run
-- include write_settled
local worker, lease_ms, n = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local ids, tokens = {}, {}
for i = 1, n do ids[i], tokens[i] = ARGV[2 * i + 2], ARGV[2 * i + 3] end
local records = n > 0 and call('HMGET', runs, unpack(ids)) or {}
local renewed, lost, asked = {}, {}, {}
local lease_end = format('%.0f', now_ms + lease_ms)
for i = 1, n do
  local head = tokens[i] .. ' R '
  if records[i] and sub(records[i], 1, #head) == head then
    renewed[#renewed + 1], renewed[#renewed + 2] = lease_end, ids[i]
    if sub(records[i], #head + 1, #head + 1) == 'c' then asked[#asked + 1] = ids[i] end
  else
    lost[#lost + 1] = ids[i]
  end
end

local unseen = {} -- claims field -> id of each job that came with a claim whose answer was lost
for at = 4 + 2 * n, #ARGV, 2 do
  local field = worker .. '/' .. ARGV[at]
  local sequence, claimed, claimed_ids = match(call('HGET', claims, field) or '', '^(%d+) (%d+) (.+)')
  if sequence and tonumber(sequence) > tonumber(ARGV[at + 1]) then
    unseen[field] = {token = field .. '.' .. sequence, value = sequence .. ' ' .. claimed, ids = {}}
    for id in string.gmatch(claimed_ids, '%S+') do table.insert(unseen[field].ids, id) end
  end
end

-- Whatever is read was read; what follows writes.
if #renewed > 0 then call('ZADD', running, 'XX', unpack(renewed)) end
for field, claim in pairs(unseen) do
  local definitions = call('HMGET', jobs, unpack(claim.ids))
  for i, record in ipairs(call('HMGET', runs, unpack(claim.ids))) do
    local run, id = parse_record(record), claim.ids[i]
    if definitions[i] and run and run.token == claim.token and run.letter == 'R' then
      run = settle_run(id, run, 'r', handler_of(definitions[i]), '-', '', '0 0')
      local back = to_record(run)
      if run.letter == 'X' then bytes_grown = bytes_grown + #back end
      left_running[#left_running + 1] = id
      written[#written + 1], written[#written + 2] = id, back
    end
  end
  call('HSET', claims, field, claim.value)
end
write_settled()
wake_up(#returned / 2)
if entry_events > 0 then write_counts('ev', write_events(worker)) end
local reply = {now_text, #lost}
for i = 1, #lost do reply[#reply + 1] = lost[i] end
for i = 1, #asked do reply[#reply + 1] = asked[i] end
return reply
