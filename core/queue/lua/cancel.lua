#!lua flags=allow-oom
-- cancel: blocked, pending, scheduled, retrying -> cancelled. A running job is asked: its pool sees that with its next
-- heartbeat, or by the hint that the caller sends.
-- KEYS     all of a queue (include keys)   ARGV  ids
-- Returns  server now, µs   then one entry a job: cancelled   asked <worker>   state <letter>: too late   none
-- Keeps    invariants 1, 2, 4, 6, 8
-- include open
-- include counts
-- include events
-- include states
-- include records
local ids, reply = ARGV, {now_text}
local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
local taken, written, members, done = {}, {}, {}, {}
local score = format('%.0f', next_seq())
local bytes = 0
for i = 1, #ids do
  local id, definition = ids[i], definitions[i]
  local letter = done[id] or definition and place_of(id, records[i])
  if not letter then
    reply[i + 1] = 'none'
  elseif find('BPST', letter, 1, true) then
    local run = parse_record(records[i]) or fresh_run(bytes_of(definition), '0')
    run.letter, run.ended, run.started, run.ran = 'X', now_text, '-', '-'
    local record = to_record(run)
    taken[letter] = taken[letter] or {}
    table.insert(taken[letter], id)
    members[#members + 1], members[#members + 2] = score, id
    written[#written + 1], written[#written + 2] = id, record
    bytes = bytes + #record + run.bytes + result_bytes(run)
    event('cancelled', id)
    count_of_handler('cancelled:' .. handler_of(definition), 1)
    done[id] = 'X'
    reply[i + 1] = 'cancelled'
  elseif letter == 'R' then
    local run = parse_record(records[i])
    if run and not has_flag(run, 'c') then
      set_flags(run, true, result_bytes(run))
      written[#written + 1], written[#written + 2] = id, to_record(run)
    end
    reply[i + 1] = 'asked ' .. (run and match(run.token, '^(.*)/') or '-')
  else
    reply[i + 1] = 'state ' .. letter
  end
end
if #written > 0 then call('HSET', runs, unpack(written)) end
if #members > 0 then call('ZADD', cancelled, unpack(members)) end
for letter, gone in pairs(taken) do
  call('ZREM', PLACE[letter], unpack(gone))
  count_move(letter, 'X', #gone)
end
count('bytes', bytes)
if entry_events > 0 then write_counts('ev', write_events()) end
return reply
