-- Sums what a call changes; write_counts() puts it down in two commands, however many counters there are.
local grown, grown_of_handlers = {}, {}
local function count(field, by)
  if by ~= 0 then grown[field] = (grown[field] or 0) + by end
end
local function count_move(from, to, by) -- invariant 4
  if from then count('out:' .. from, by) end
  if to then count('in:' .. to, by) end
end
local function count_of_handler(field, by) grown_of_handlers[field] = (grown_of_handlers[field] or 0) + by end

-- Adds what grew to the fields of a hash, beside those that are given as they are.
local function grow(key, growth, most, changed)
  local names, n = {}, 0
  for name in pairs(growth) do
    n = n + 1
    names[n] = name
  end
  if n > 0 then
    local old, room, others = call('HMGET', key, unpack(names)), nil, nil
    for i = 1, n do
      local name, was = names[i], old[i]
      if most and not was then
        room = (room or most - call('HLEN', key)) - 1
        if room < 0 then
          others = others or {}
          local other = match(name, '^[^:]*:') .. '(other)'
          others[other] = (others[other] or tonumber(call('HGET', key, other)) or 0) + growth[name]
          name = nil
        end
      end
      if name then
        changed[#changed + 1] = name
        changed[#changed + 1] = format('%.0f', (tonumber(was) or 0) + growth[name])
      end
    end
    for other, sum in pairs(others or {}) do
      changed[#changed + 1] = other
      changed[#changed + 1] = format('%.0f', sum)
    end
  end
  if #changed > 0 then call('HSET', key, unpack(changed)) end
end

local function write_counts(...) -- and these fields as they are
  grow(counts, grown, nil, {'seq', format('%.0f', seq), ...})
  grow(handlers, grown_of_handlers, 5000, {})
end
