#!lua flags=allow-oom
-- promote_due: scheduled and retrying -> pending, for those whose time has come; at most 200 of each a call.
-- KEYS     all of a queue (include keys)   ARGV  none
-- Returns  server now, µs   how many   ms until the next is due, or ''
-- Keeps    invariants 1, 2, 4, 6, 7
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
-- include forget
-- include promote
local promoted = promote()
wake_up(promoted)
if entry_events > 0 then write_counts('ev', write_events()) end
local due = ''
for _, letter in ipairs({'S', 'T'}) do
  local first = size[letter] > 0 and call('ZRANGE', PLACE[letter], 0, 0, 'WITHSCORES')[2]
  if first then due = min(tonumber(due) or math.huge, max(0, first - now_ms)) end
end
return {now_text, promoted, due}
