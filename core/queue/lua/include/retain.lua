-- include cap
-- include remove
-- Retention: what ended well enough or long enough ago goes, oldest first, at most 200 jobs of each kind a call.
-- Age is `expired`, a cap in jobs or bytes is `trimmed` (docs/protocol.md, "Retention"). Returns how many went.
local function remove_ended(letter, ids, why)
  if #ids == 0 then return end
  remove_jobs(letter, ids, call('HMGET', runs, unpack(ids)))
  count(why, #ids)
  for i = 1, #ids do event(why, ids[i] .. ' ' .. letter) end
end

local function retain_finished(bytes_held)
  local over = size.C + size.F + size.X - cap(keep_count)
  local bytes_over = bytes_held - cap(keep_bytes)
  local oldest_kept = floor((now - keep_age * 1000) - EPOCH)
  local candidates = {}
  for _, letter in ipairs({'C', 'F', 'X'}) do
    local found = size[letter] > 0 and call('ZRANGE', PLACE[letter], 0, 199, 'WITHSCORES') or {}
    for i = 1, #found, 2 do candidates[#candidates + 1] = {found[i], tonumber(found[i + 1]), letter} end
  end
  table.sort(candidates, function(a, b) return a[2] < b[2] or a[2] == b[2] and a[1] < b[1] end)
  local ids, sizes = {}, {}
  for i = 1, min(#candidates, 200) do ids[i] = candidates[i][1] end
  if #ids == 0 then return 0 end
  local records = call('HMGET', runs, unpack(ids))
  local going = {}
  local gone = 0
  for i = 1, #ids do
    local candidate = candidates[i]
    local why = candidate[2] < oldest_kept and 'expired' or (over > 0 or bytes_over > 0) and 'trimmed'
    if not why then break end
    local run = parse_record(records[i])
    over = over - 1
    if run then bytes_over = bytes_over - run.bytes - #records[i] - result_bytes(run) end
    local group = candidate[3] .. why
    going[group] = going[group] or {}
    table.insert(going[group], candidate[1])
    gone = gone + 1
  end
  for group, list in pairs(going) do remove_ended(sub(group, 1, 1), list, sub(group, 2)) end
  return gone
end

local function retain_dead()
  local over = size.D - dead_max
  local oldest_kept = floor((now - dead_age * 1000) - EPOCH)
  local found = size.D > 0 and call('ZRANGE', dead, 0, 199, 'WITHSCORES') or {}
  local expired, trimmed = {}, {}
  for i = 1, #found, 2 do
    if tonumber(found[i + 1]) < oldest_kept then
      expired[#expired + 1] = found[i]
    elseif #expired + #trimmed < over then
      trimmed[#trimmed + 1] = found[i]
    else
      break
    end
  end
  remove_ended('D', expired, 'expired')
  remove_ended('D', trimmed, 'trimmed')
  return #expired + #trimmed
end
