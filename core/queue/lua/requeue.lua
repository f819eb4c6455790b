#!lua
-- requeue: dead_letter, failed, cancelled -> pending: a fresh start, with attempts, failures and lost leases at 0, and
-- a log that begins anew.
-- KEYS     all of a queue (include keys)   ARGV  ids
-- Returns  server now, µs   then one entry a job: ok   state <letter>: not from there   none
-- Keeps    invariants 1, 2, 4, 5, 6, 7, 8
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
local ids, reply = ARGV, {now_text}
local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
local taken, written, members, requeued, results, done, bytes = {}, {}, {}, {}, {}, {}, 0
for i = 1, #ids do
  local id, definition = ids[i], definitions[i]
  local letter = done[id] or definition and place_of(id, records[i])
  if not letter then
    reply[i + 1] = 'none'
  elseif letter ~= 'D' and letter ~= 'F' and letter ~= 'X' then
    reply[i + 1] = 'state ' .. letter
  else
    local run = parse_record(records[i]) or fresh_run(bytes_of(definition))
    bytes = bytes + run.bytes + #(records[i] or '') + result_bytes(run)
    if result_bytes(run) > 0 then results[#results + 1] = id .. ':r' end
    local fresh = fresh_run(run.bytes, next_rank(level_of(definition)))
    fresh.requeues = run.requeues + 1
    taken[letter] = taken[letter] or {}
    table.insert(taken[letter], id)
    requeued[#requeued + 1] = id
    members[#members + 1], members[#members + 2] = fresh.rank, id
    written[#written + 1], written[#written + 2] = id, to_record(fresh)
    event('requeued', id)
    done[id] = 'P'
    reply[i + 1] = 'ok'
  end
end
if #requeued == 0 then return reply end
call('HSET', runs, unpack(written))
call('ZADD', pending, unpack(members))
for letter, gone in pairs(taken) do
  call('ZREM', PLACE[letter], unpack(gone))
  count_move(letter, 'P', #gone)
end
if #results > 0 then call('HDEL', big, unpack(results)) end
if logs_held > 0 then call('HDEL', logs, unpack(requeued)) end
count('requeued', #requeued)
count('bytes', -bytes)
wake_up(#requeued)
write_counts('ev', write_events())
return reply
