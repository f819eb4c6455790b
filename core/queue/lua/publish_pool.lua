#!lua flags=allow-oom
-- publish_pool: what a pool says of itself with each heartbeat, or that it is gone. Pools not heard of for an hour go.
-- KEYS     pools: hash   beats: zset by the server's time, ms
-- ARGV     pool   its PoolInfo as JSON, or '' when it is gone
-- Returns  server now, µs
local pools, beats = unpack(KEYS)
local pool, info = ARGV[1], ARGV[2]
local HOUR_MS = 3600000
for key, wanted in pairs({[pools] = 'hash', [beats] = 'zset'}) do
  local found = redis.call('TYPE', key).ok
  if found ~= wanted and found ~= 'none' then
    return redis.error_reply('WRONG_KEY ' .. string.match(key, '%a+$') .. ' ' .. found)
  end
end
local time = redis.call('TIME')
local now_ms = math.floor((time[1] * 1000000 + time[2]) / 1000)
if info == '' then
  redis.call('HDEL', pools, pool)
  redis.call('ZREM', beats, pool)
else
  redis.call('HSET', pools, pool, info)
  redis.call('ZADD', beats, string.format('%.0f', now_ms), pool)
end
local silent = redis.call('ZRANGE', beats, '-inf', string.format('%.0f', now_ms - HOUR_MS), 'BYSCORE', 'LIMIT', 0, 100)
if #silent > 0 then
  redis.call('ZREM', beats, unpack(silent))
  redis.call('HDEL', pools, unpack(silent))
end
return string.format('%.0f', time[1] * 1000000 + time[2])
