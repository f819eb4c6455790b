#!lua flags=allow-oom
-- trim: retention by age, number and bytes, when nothing settles that would do it on its way; at most 200 of the
-- finished and 200 dead letters a call. Also drops what claims of pools long gone left behind.
-- KEYS     all of a queue (include keys)   ARGV  none
-- Returns  server now, µs   how many went   1 when a whole batch did, so that there may be more
-- Keeps    invariants 1, 4, 5, 6, 8
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include forget
-- include retain
local BATCH = 200 -- of each kind
local finished_gone, dead_gone = retain_finished(bytes_held), retain_dead()
local HOUR = 3600000000
local old = {}
if call('HLEN', claims) > 16 then -- the claims of some pools and lanes: few, unless pools come and go
  local all = call('HSCAN', claims, 0, 'COUNT', 200)[2]
  for i = 1, min(#all, 400), 2 do
    local claimed = tonumber(match(all[i + 1], '^%d+ (%d+)') or 0)
    if now - claimed > HOUR then old[#old + 1] = all[i] end
  end
end
if #old > 0 then call('HDEL', claims, unpack(old)) end
if entry_events > 0 then write_counts('ev', write_events()) end
return {now_text, finished_gone + dead_gone, (finished_gone >= BATCH or dead_gone >= BATCH) and 1 or 0}
