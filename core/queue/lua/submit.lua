#!lua
-- submit: new jobs -> pending, or scheduled until they are due.
-- KEYS     all of a queue (include keys)
-- ARGV     epoch for a queue that is new   jobs; then for each: id   options   handler   definition record
--          and, by the letters of its options after the level (0 to 3, LOW to CRITICAL):
--          s due time, ms   k idempotency key   b payload
-- Returns  server now, µs   1 when the queue is new   then one entry a job: the letter of its state, when accepted;
--          already <letter> (this id is there)   key <id> <letter> (its idempotency key is)   full <size>
-- Refuses  WRONG_KEY noun type | LAYOUT found: nothing is written then
-- Keeps    invariants 1 (one place), 4 (counts), 5 (keys and keyed), 6 (events), 7 (ranks)
-- Cost     about 30 commands and 3 fields a job
-- include open
-- include counts
-- include events
-- include states
-- include wake
local epoch, n = ARGV[1], tonumber(ARGV[2])
-- include submit_arguments
-- include submit_accept

if not layout then call('HSET', meta, 'layout', '1', 'epoch', epoch, 'created_us', now_text) end
if new_n == 0 then return reply end
call('HSET', jobs, unpack(new))
if #big_fields > 0 then call('HSET', big, unpack(big_fields)) end
if #key_fields > 0 then
  call('HSET', keys, unpack(key_fields))
  call('HSET', keyed, unpack(keyed_fields))
end
if ranks_n > 0 then call('ZADD', pending, unpack(ranks)) end
if #due_scores > 0 then call('ZADD', scheduled, unpack(due_scores)) end
wake_up(wakes)
count('submitted', new_n / 2)
count('in:P', ranks_n / 2)
count('in:S', #due_scores / 2)
events_of('submitted', lines)
write_counts('ev', write_events())
return reply
