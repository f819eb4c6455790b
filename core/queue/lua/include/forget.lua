-- All that is kept about these jobs beside their place in a sorted set (invariant 5).
local function forget(ids)
  if #ids == 0 then return end
  call('HDEL', jobs, unpack(ids))
  call('HDEL', runs, unpack(ids))
  if progresses > 0 then call('HDEL', progress, unpack(ids)) end
  if logs_held > 0 then call('HDEL', logs, unpack(ids)) end
  if bigs > 0 then
    local parts = {}
    for i = 1, #ids do parts[2 * i - 1], parts[2 * i] = ids[i] .. ':p', ids[i] .. ':r' end
    call('HDEL', big, unpack(parts))
  end
  if keys_held > 0 then
    local names = {}
    for _, key in ipairs(call('HMGET', keyed, unpack(ids))) do
      if key then names[#names + 1] = key end
    end
    if #names > 0 then
      call('HDEL', keys, unpack(names))
      call('HDEL', keyed, unpack(ids))
    end
  end
end
