-- Every script gets all keys of its queue, in this order (core/queue/key_names.cpp): no key is made up here.
local meta, counts, jobs, runs, big, progress, logs, pending, blocked, scheduled, retrying, running, completed, failed,
  cancelled, dead, handlers, keys, keyed, claims, wake, events = unpack(KEYS)
local call, try = redis.call, redis.pcall
local sub, find, match, format, concat = string.sub, string.find, string.match, string.format, table.concat
local floor, max, min = math.floor, math.max, math.min
