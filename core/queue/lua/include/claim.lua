-- pending -> running: the first of the order, under a lease. The reply gets id, rank, definition and earlier run record
-- of each.
if want > 0 and not paused and not asked_before and size.P > 0 then
  local got, started, leases, claimed, orphans, old_results = {}, {}, {}, {}, {}, nil
  local lease_end = format('%.0f', now_ms + lease_ms)
  local fresh, tail = claim_token .. ' R - 0 ' .. now_text .. ' ', ' 0 0 0 '
  local wait, n, claimed_n, leases_n = 0, 0, 0, 0
  local at = #reply
  local bytes_text = {}
  if bigs > 0 then want = seldom().fitting(want) end
  while n < want and size.P > 0 and #orphans < 500 do -- again only where ids without a job stood in the way
    local popped = call('ZPOPMIN', pending, want - n)
    if #popped == 0 then break end
    size.P = size.P - #popped / 2
    local ids = {}
    for i = 1, #popped, 2 do ids[#ids + 1] = popped[i] end
    local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
    for i = 1, #ids do
      local id, rank, definition, record = ids[i], popped[2 * i], definitions[i], records[i]
      if not definition then
        orphans[#orphans + 1] = id
      else
        n = n + 1
        wait = wait + max(0, now - EPOCH - rank % LEVEL)
        local run = record and seldom().parse_record(record)
        local bytes = #definition
        if bigs > 0 and seldom().bytes_of(definition) > bytes then
          definition = definition .. (call('HGET', big, id .. ':p') or '')
          bytes = #definition
        end
        local attempt = '1'
        if run then
          if seldom().result_bytes(run) > 0 then
            old_results = old_results or {}
            old_results[#old_results + 1] = id .. ':r'
          end
          attempt = run.attempts + 1
          run.token, run.letter, run.flags, run.started, run.ended, run.ran = claim_token, 'R', '-', now_text, '-', '-'
          run.bytes, run.text, run.rank = bytes, '', rank
          claimed[claimed_n + 2] = seldom().to_record(run)
        else
          local text = bytes_text[bytes]
          if not text then
            text = bytes .. tail
            bytes_text[bytes] = text
          end
          claimed[claimed_n + 2] = fresh .. text .. rank .. ' - -'
        end
        claimed[claimed_n + 1] = id
        claimed_n = claimed_n + 2
        leases[leases_n + 1], leases[leases_n + 2] = lease_end, id
        leases_n = leases_n + 2
        got[n] = id
        started[n] = id .. ' ' .. attempt .. ' ' .. sub(definition, 1, (find(definition, '\n', 1, true) or 1) - 1)
        reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = id, rank, definition, record or ''
        at = at + 4
      end
    end
  end
  if #orphans > 0 then
    seldom().forget(orphans)
    count('out:P', #orphans)
    count('deleted', #orphans)
    events_of('deleted', orphans)
  end
  if n > 0 then
    call('HSET', claims, claims_field, sequence .. ' ' .. now_text .. ' ' .. concat(got, ' '))
    call('HSET', runs, unpack(claimed))
    call('ZADD', running, unpack(leases))
    if old_results then call('HDEL', big, unpack(old_results)) end
    count_move('P', 'R', n)
    count('waits', n)
    count('wait_us', wait)
    size.R = size.R + n
    events_of('started', started)
  end
end
