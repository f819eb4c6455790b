-- The jobs of a submit call, by their place in it, and all that must be read before the first write. Inline, as the
-- next part is: to make and call a function for each step costs a submit a fifteenth of its time.
local ids, at_of, dues, keys_given, payloads = {}, {}, {}, {}, {}
local id_of_key = {}
local names, at = {}, 3
for i = 1, n do
  local option = ARGV[at + 1]
  ids[i], at_of[i] = ARGV[at], at
  at = at + 4
  if #option > 1 then
    if find(option, 's', 2, true) then
      dues[i] = ARGV[at]
      at = at + 1
    end
    if find(option, 'k', 2, true) then
      keys_given[i], names[#names + 1] = ARGV[at], ARGV[at]
      at = at + 1
    end
    if find(option, 'b', 2, true) then
      payloads[i] = ARGV[at]
      at = at + 1
    end
  end
end
if #names > 0 then
  local owners = call('HMGET', keys, unpack(names))
  for i = 1, #names do id_of_key[names[i]] = owners[i] or nil end
end
local there = call('HMGET', jobs, unpack(ids))
local earliest = size.S > 0 and tonumber(call('ZRANGE', scheduled, 0, 0, 'WITHSCORES')[2])
