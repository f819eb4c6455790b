-- What is due goes to pending, behind what waits there already. At most 200 a call. Returns how many.
local function promote()
  local lines, ranks, written, orphans, due_of = {}, {}, {}, {}, {S = {}, T = {}}
  local function add(id, level)
    local rank = next_rank(level)
    ranks[#ranks + 1], ranks[#ranks + 2] = rank, id
    lines[#lines + 1] = id
    return rank
  end
  for _, letter in ipairs({'S', 'T'}) do
    local ids = size[letter] > 0
      and call('ZRANGE', PLACE[letter], '-inf', format('%.0f', now_ms), 'BYSCORE', 'LIMIT', 0, 200) or {}
    if #ids > 0 then
      due_of[letter] = ids
      local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
      for i = 1, #ids do
        local id, definition, record = ids[i], definitions[i], records[i]
        if not definition then
          orphans[#orphans + 1] = id
        elseif record then
          local run = parse_record(record) or fresh_run(bytes_of(definition))
          run.letter, run.rank = 'P', add(id, level_of(definition))
          written[#written + 1], written[#written + 2] = id, to_record(run)
        else
          add(id, level_of(definition))
        end
      end
    end
  end
  if #due_of.S == 0 and #due_of.T == 0 then return 0 end
  for letter, ids in pairs(due_of) do
    if #ids > 0 then
      call('ZREM', PLACE[letter], unpack(ids))
      count('out:' .. letter, #ids)
      size[letter] = size[letter] - #ids
    end
  end
  if #written > 0 then call('HSET', runs, unpack(written)) end
  if #ranks > 0 then call('ZADD', pending, unpack(ranks)) end
  forget(orphans)
  count('in:P', #lines)
  count('deleted', #orphans)
  size.P = size.P + #lines
  events_of('promoted', lines)
  events_of('deleted', orphans)
  return #lines
end
