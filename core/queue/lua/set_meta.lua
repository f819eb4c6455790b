#!lua flags=allow-oom
-- set_meta: pause, resume, limits.
-- KEYS     all of a queue (include keys)
-- ARGV     epoch for a queue that is new   paused, resumed or ''   reason of a pause   then name, value …; a value of ''
--          means the default again
-- Returns  server now, µs   1 when the queue is new
-- Keeps    invariants 6 and 9
-- include open
-- include counts
-- include events
-- include wake
local epoch, change, reason = ARGV[1], ARGV[2], ARGV[3]
if not layout then call('HSET', meta, 'layout', '1', 'epoch', epoch, 'created_us', now_text) end
for i = 4, #ARGV, 2 do
  if ARGV[i + 1] == '' then call('HDEL', meta, ARGV[i]) else call('HSET', meta, ARGV[i], ARGV[i + 1]) end
end
if change == 'paused' then
  call('HSET', meta, 'paused', '1', 'pause_reason', reason, 'paused_us', now_text)
  event('paused', (string.gsub(reason, '%c', ' ')))
elseif change == 'resumed' and paused then
  call('HDEL', meta, 'paused', 'pause_reason', 'paused_us')
  paused = nil
  event('resumed', '')
  wake_up(size.P)
end
if entry_events > 0 then write_counts('ev', write_events()) end
return {now_text, layout and 0 or 1}
