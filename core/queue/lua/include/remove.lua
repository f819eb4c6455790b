-- Jobs that leave for good, whatever state they are in but running; `records` are their run records.
local function remove_jobs(letter, ids, records)
  local bytes = 0
  if find('CFXD', letter, 1, true) then
    for i = 1, #ids do
      local run = parse_record(records[i])
      if run then bytes = bytes + run.bytes + #records[i] + result_bytes(run) end
    end
  end
  call('ZREM', PLACE[letter], unpack(ids))
  forget(ids)
  count('out:' .. letter, #ids)
  count('bytes', -bytes)
  size[letter] = size[letter] - #ids
end
