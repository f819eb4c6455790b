-- pending -> running: the first of the order, under a lease. Adds id, rank, definition and earlier run record of each
-- to the reply.
-- How many of the first `want` fit into one reply: 16 MiB of payloads that are kept apart, but at least one job.
local function fitting(want)
  if bigs == 0 or size.P == 0 then return want end
  local bytes, ids = 0, call('ZRANGE', pending, 0, want - 1)
  for i, definition in ipairs(call('HMGET', jobs, unpack(ids))) do
    bytes = bytes + (definition and bytes_of(definition) or 0)
    if bytes > 16777216 and i > 1 then return i - 1 end
  end
  return want
end

local function claim(reply, want, token, lease_ms, claims_field, sequence)
  local got, started, leases, written, orphans, old_results = {}, {}, {}, {}, {}, {}
  local lease_end = format('%.0f', now_ms + lease_ms)
  local fresh, tail = token .. ' R - 0 ' .. now_text .. ' ', ' 0 0 0 '
  local wait, n, written_n, leases_n = 0, 0, 0, 0
  local at = #reply
  local bytes_text = {}
  want = fitting(want)
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
        local run = record and parse_record(record)
        local bytes = #definition
        if bigs > 0 and bytes_of(definition) > bytes then
          definition = definition .. (call('HGET', big, id .. ':p') or '')
          bytes = #definition
        end
        local attempt = '1'
        if run then
          if result_bytes(run) > 0 then old_results[#old_results + 1] = id .. ':r' end
          attempt = run.attempts + 1
          run.token, run.letter, run.flags, run.started, run.ended, run.ran = token, 'R', '-', now_text, '-', '-'
          run.bytes, run.text, run.rank = bytes, '', rank
          written[written_n + 2] = to_record(run)
        else
          local text = bytes_text[bytes]
          if not text then
            text = bytes .. tail
            bytes_text[bytes] = text
          end
          written[written_n + 2] = fresh .. text .. rank .. ' - -'
        end
        written[written_n + 1] = id
        written_n = written_n + 2
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
    forget(orphans)
    count('out:P', #orphans)
    count('deleted', #orphans)
    events_of('deleted', orphans)
  end
  if n == 0 then return 0 end
  call('HSET', claims, claims_field, sequence .. ' ' .. now_text .. ' ' .. concat(got, ' '))
  call('HSET', runs, unpack(written))
  call('ZADD', running, unpack(leases))
  if #old_results > 0 then call('HDEL', big, unpack(old_results)) end
  count_move('P', 'R', n)
  count('waits', n)
  count('wait_us', wait)
  size.R = size.R + n
  events_of('started', started)
  return n
end

-- The same claim again: its reply was lost. The same jobs, as far as they are still held by it.
local function claim_again(reply, ids_text, token)
  local ids = {}
  for id in string.gmatch(ids_text, '%S+') do ids[#ids + 1] = id end
  if #ids == 0 then return end
  local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
  for i = 1, #ids do
    local run = parse_record(records[i])
    if definitions[i] and run and run.token == token and run.letter == 'R' then
      local at, payload = #reply, bigs > 0 and call('HGET', big, ids[i] .. ':p') or ''
      reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = ids[i], run.rank, definitions[i] .. payload, records[i]
    end
  end
end
