local function write_settled()
  local n = #left_running
  for kind, lines in pairs(lines_of) do events_of(kind, lines) end
  if lines_of.settle_refused then count('refused', #lines_of.settle_refused) end
  if n == 0 then return end
  call('ZREM', running, unpack(left_running))
  call('HSET', runs, unpack(written))
  count('out:R', n)
  size.R = size.R - n
  if progresses > 0 then call('HDEL', progress, unpack(left_running)) end
  if #big_written > 0 then
    call('HSET', big, unpack(big_written))
    bigs = bigs + 1
  end
  local score = format('%.0f', next_seq()) -- one a call: within it, the order of the ends means nothing
  for letter, ids in pairs(ended) do
    local members = {}
    for i = 1, #ids do members[2 * i - 1], members[2 * i] = score, ids[i] end
    call('ZADD', letter == 'C' and completed or letter == 'D' and dead or letter == 'F' and failed or cancelled,
      unpack(members))
    count('in:' .. letter, #ids)
    size[letter] = size[letter] + #ids
  end
  if #retries > 0 then
    call('ZADD', retrying, unpack(retries))
    count('in:T', #retries / 2)
    size.T = size.T + #retries / 2
  end
  if #returned > 0 then
    call('ZADD', pending, unpack(returned))
    count('in:P', #returned / 2)
    size.P = size.P + #returned / 2
  end
  if lines_of.released then count('released', #lines_of.released) end
  count('runs', run_times)
  count('run_us', run_time)
  count('failed_runs', ended_badly)
  count('bytes', bytes_grown)
end
