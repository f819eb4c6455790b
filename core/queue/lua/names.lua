#!lua flags=no-writes
-- names: the fields of a hash, a stretch a call, without their values. These may be of any size; so they are not sent,
-- and when a call has met 4 MiB of them, that is its end. (HSCAN can leave them out itself, but only since Redis 7.4.)
-- KEYS     a hash
-- ARGV     cursor: 0 at first
-- Returns  cursor to go on with, 0 at the end   then the names
-- Cost     at most 200 commands
local LOOKS, BYTES_MAX = 200, 4194304
local cursor, reply, bytes = ARGV[1], {}, 0
for _ = 1, LOOKS do
  local found = redis.call('HSCAN', KEYS[1], cursor, 'COUNT', 1)
  cursor = found[1]
  for i = 1, #found[2], 2 do
    reply[#reply + 1] = found[2][i]
    bytes = bytes + #found[2][i + 1]
  end
  if cursor == '0' or bytes >= BYTES_MAX then break end
end
table.insert(reply, 1, cursor)
return reply
