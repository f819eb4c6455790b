#!lua flags=allow-oom
-- run_now: scheduled, retrying -> pending, without waiting for their time.
-- KEYS     all of a queue (include keys)   ARGV  ids
-- Returns  server now, µs   then one entry a job: ok   state <letter>: not from there   none
-- Keeps    invariants 1, 2, 4, 6, 7
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
local ids, reply = ARGV, {now_text}
local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
local taken, written, members, done = {}, {}, {}, {}
for i = 1, #ids do
  local id, definition = ids[i], definitions[i]
  local letter = done[id] or definition and place_of(id, records[i])
  if not letter then
    reply[i + 1] = 'none'
  elseif letter ~= 'S' and letter ~= 'T' then
    reply[i + 1] = 'state ' .. letter
  else
    local rank = next_rank(level_of(definition))
    if records[i] then
      local run = parse_record(records[i]) or fresh_run(bytes_of(definition))
      run.letter, run.rank = 'P', rank
      written[#written + 1], written[#written + 2] = id, to_record(run)
    end
    taken[letter] = taken[letter] or {}
    table.insert(taken[letter], id)
    members[#members + 1], members[#members + 2] = rank, id
    event('promoted', id)
    done[id] = 'P'
    reply[i + 1] = 'ok'
  end
end
if #members == 0 then return reply end
if #written > 0 then call('HSET', runs, unpack(written)) end
call('ZADD', pending, unpack(members))
for letter, gone in pairs(taken) do
  call('ZREM', PLACE[letter], unpack(gone))
  count_move(letter, 'P', #gone)
end
wake_up(#members / 2)
write_counts('ev', write_events())
return reply
