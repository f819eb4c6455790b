-- Redis undoes nothing when a script fails half-way: a key of another type must be found before the first write. What
-- is read here is also what the script needs to know, so the check costs little more than the reading.
local wrong_key
local function size_of(command, key)
  local answer = try(command, key)
  if type(answer) == 'number' then return answer end
  wrong_key = wrong_key or key
  return 0
end
local function fields_of(key, ...)
  local answer = try('HMGET', key, ...)
  if not answer.err then return unpack(answer) end
  wrong_key = wrong_key or key
end
