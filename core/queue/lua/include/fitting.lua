-- How many of the first `want` fit into one reply: 16 MiB of payloads that are kept apart, but at least one job.
local function fitting(want)
  if bigs == 0 or size.P == 0 then return want end
  local bytes, ids = 0, call('ZRANGE', pending, 0, want - 1)
  for i, definition in ipairs(call('HMGET', jobs, unpack(ids))) do
    bytes = bytes + (definition and bytes_of(definition) or 0)
    if bytes > 16777216 and i > 1 then return i - 1 end
  end
  return want
end
