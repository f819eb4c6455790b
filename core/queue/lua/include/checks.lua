-- Redis undoes nothing when a script fails half-way: a key of another type must be found before the first write. What
-- is read here is also what the script needs to know, so the check costs little more than the reading.
local problem
local function fields_of(key, ...)
  local answer = redis.pcall('HMGET', key, ...)
  if not answer.err then return unpack(answer) end
  problem = answer
end
local function refusal() -- only now, as it is dear: which key it is, or else what Redis said
  local kinds = {meta = 'hash', counts = 'hash', jobs = 'hash', runs = 'hash', big = 'hash', progress = 'hash',
    logs = 'hash', handlers = 'hash', keys = 'hash', keyed = 'hash', claims = 'hash', wake = 'list', events = 'stream'}
  for _, key in ipairs(KEYS) do
    local noun, found = match(key, '%a+$'), call('TYPE', key).ok
    if found ~= 'none' and found ~= (kinds[noun] or 'zset') then
      return redis.error_reply('WRONG_KEY ' .. noun .. ' ' .. found)
    end
  end
  return type(problem) == 'table' and problem or redis.error_reply(tostring(problem))
end
