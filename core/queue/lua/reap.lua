#!lua flags=allow-oom
-- reap: leases that have ended, at most 200 a call. running -> pending, at its old place; -> cancelled, where that was
-- asked; -> dead_letter, when it took three workers down, whatever its retries. No attempt is charged. Any process may
-- do this at any time.
-- KEYS     all of a queue (include keys)   ARGV  none
-- Returns  server now, µs   how many   ms until the next lease ends, or ''
-- Keeps    invariants 1 to 8
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
-- include forget
-- include retain
-- include settle_state
-- include settle_run
-- include write_settled
local POISONED_AFTER = 3
local ids = size.R > 0 and call('ZRANGE', running, '-inf', format('%.0f', now_ms), 'BYSCORE', 'LIMIT', 0, 200) or {}
local orphans = {}
if #ids > 0 then
  local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
  for i = 1, #ids do
    local id, definition = ids[i], definitions[i]
    if not definition then
      orphans[#orphans + 1] = id
    else
      local run = parse_record(records[i]) or fresh_run(bytes_of(definition))
      run.rank = tonumber(run.rank) and tonumber(run.rank) > 0 and run.rank
        or next_rank(level_of(definition))
      line('lease_lost', id)
      run.lost = run.lost + 1
      local cancel_asked = has_flag(run, 'c')
      run.flags, run.text, run.ended, run.ran = '-', '', now_text, '-'
      if run.token ~= '-' then run.token = '!' .. run.token end
      if run.lost >= POISONED_AFTER then
        run.letter, run.text = 'D', 'It took ' .. run.lost .. ' workers down: each lost its lease while it ran.'
        line('failed', concat({id, run.attempts, 'D', '0', handler_of(definition), run.text}, ' '))
        count_of_handler('dead_letter:' .. handler_of(definition), 1)
      elseif cancel_asked then
        run.letter = 'X'
        line('cancelled', id)
        count_of_handler('cancelled:' .. handler_of(definition), 1)
      else
        run.letter, run.started, run.ended = 'P', '-', '-'
        returned[#returned + 1], returned[#returned + 2] = run.rank, id
      end
      local record = to_record(run)
      if run.letter ~= 'P' then
        ends_as(run.letter, id)
        bytes_grown = bytes_grown + #record + run.bytes
      end
      left_running[#left_running + 1] = id
      written[#written + 1], written[#written + 2] = id, record
    end
  end
end
write_settled()
if #orphans > 0 then
  call('ZREM', running, unpack(orphans))
  forget(orphans)
  count('out:R', #orphans)
  count('deleted', #orphans)
  events_of('deleted', orphans)
  size.R = size.R - #orphans
end
count('leases_lost', #left_running)
if size.D > dead_max then retain_dead() end
wake_up(#returned / 2)
if entry_events > 0 then write_counts('ev', write_events()) end
local next_end = size.R > 0 and call('ZRANGE', running, 0, 0, 'WITHSCORES')[2]
return {now_text, #ids, next_end and format('%.0f', max(0, next_end - now_ms)) or ''}
