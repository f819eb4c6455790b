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

local function grow(key, growth, most)
  local names, n = {}, 0
  for name in pairs(growth) do
    n = n + 1
    names[n] = name
  end
  if n == 0 then return end
  local old, changed = call('HMGET', key, unpack(names)), {}
  local room = most and most - call('HLEN', key)
  local others = {}
  for i = 1, n do
    local name = names[i]
    if room and not old[i] then room = room - 1 end
    if room and not old[i] and room < 0 then
      local other = match(name, '^[^:]*:') .. '(other)'
      others[other] = (others[other] or 0) + growth[name]
    else
      changed[#changed + 1] = name
      changed[#changed + 1] = format('%.0f', (tonumber(old[i]) or 0) + growth[name])
    end
  end
  for other, by in pairs(others) do
    changed[#changed + 1] = other
    changed[#changed + 1] = format('%.0f', (tonumber(call('HGET', key, other)) or 0) + by)
  end
  call('HSET', key, unpack(changed))
end

-- Runs that ended, by minute: a ring of sixteen, enough for the rate over 15 minutes.
local function count_minute(ended_well, ended_badly)
  local minute = floor(now / 60000000)
  local field = 'm' .. minute % 16
  local was, good, bad = match(call('HGET', counts, field) or '', '^(%d+) (%d+) (%d+)$')
  local is_new = tonumber(was) ~= minute
  if is_new then good, bad = 0, 0 end
  call('HSET', counts, field, format('%.0f %.0f %.0f', minute, good + ended_well, bad + ended_badly))
  return is_new
end

local function write_counts(...) -- and these fields as they are
  grow(counts, grown)
  grow(handlers, grown_of_handlers, 5000)
  call('HSET', counts, 'seq', format('%.0f', seq), ...)
end
