#!lua flags=allow-oom
-- report: progress and log tails of running jobs, as far as they are still held by this token.
-- KEYS     all of a queue (include keys)
-- ARGV     worker   then for each, at most 200 a call: id   token   progress or ''   progress as the event says it
--          log tail or '': as it is
-- Returns  server now, µs
-- Keeps    invariants 5 (progress only of running jobs) and 6
-- include open
-- include counts
-- include events
local worker, ids = ARGV[1], {}
for i = 2, #ARGV, 5 do ids[#ids + 1] = ARGV[i] end
local reports, tails = {}, {}
for i, record in ipairs(call('HMGET', runs, unpack(ids))) do
  local at = 2 + (i - 1) * 5
  local head = ARGV[at + 1] .. ' R '
  if record and sub(record, 1, #head) == head then
    if ARGV[at + 2] ~= '' then
      reports[#reports + 1], reports[#reports + 2] = ids[i], ARGV[at + 2]
      event('progress', ids[i] .. ' ' .. ARGV[at + 3])
    end
    if ARGV[at + 4] ~= '' then tails[#tails + 1], tails[#tails + 2] = ids[i], ARGV[at + 4] end
  end
end
if #reports > 0 then call('HSET', progress, unpack(reports)) end
if #tails > 0 then call('HSET', logs, unpack(tails)) end
if entry_events > 0 then write_counts('ev', write_events(worker)) end
return {now_text}
