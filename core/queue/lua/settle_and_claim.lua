#!lua flags=allow-oom
-- settle_and_claim: results in, jobs out. Settles runs that ended, promotes what is due, claims what is next.
-- KEYS     all of a queue (include keys)
-- ARGV     worker   lane   sequence   how many jobs are wanted at most   lease, ms   settlements; then for each:
--          id   token   outcome (c completed, f failed, d failed for good, n the same without dead letter,
--          x cancelled, r released)   handler   ran, µs, or ''   result or error   '<retries allowed> <delay ms>' of f
-- Returns  server now, µs   paused: 1   ms until something is due, or ''   verdicts, a character a settlement (include
--          settle)   then for each claimed job: id   rank   definition record   earlier run record or ''
--          The token of the claimed is <worker>/<lane>.<sequence>. The same sequence again gets the same jobs.
-- Refuses  STALE_CLAIM sequence | WRONG_KEY noun type | LAYOUT found: nothing is written then
-- Keeps    invariants 1 to 8   Cost  about 40 commands, 10 fields a job
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include wake
-- include forget
-- include promote
-- include retain
-- include settle
-- include claim
local worker, lane, sequence, want, lease_ms, settlements =
  ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local claims_field, token = worker .. '/' .. lane, worker .. '/' .. lane .. '.' .. sequence
local asked_before
if want > 0 then
  local last, _, ids = match(call('HGET', claims, claims_field) or '', '^(%d+) (%d+) ?(.*)')
  if last == sequence then asked_before = ids end
  if last and tonumber(last) > tonumber(sequence) then return redis.error_reply('STALE_CLAIM ' .. last) end
end
local bytes_held, handed = fields_of(counts, 'bytes', 'handed_ms')

local reply = {now_text, paused and 1 or 0, '', settle(7, settlements)}
write_settled()
promote()
local got = 0
if asked_before then
  claim_again(reply, asked_before, token)
elseif want > 0 and not paused then
  got = claim(reply, want, token, lease_ms, claims_field, sequence)
end
local others = {}
if size.P > 0 and tokens_waiting == 0 and now_ms - (tonumber(handed) or 0) >= 10 then
  wake_up(1) -- what is left is for others, who may be idle; not more often than they would notice
  others = {'handed_ms', format('%.0f', now_ms)}
elseif size.P == 0 and tokens_waiting > 0 then
  call('DEL', wake)
end

local is_new_minute = run_times > 0 and count_minute(ended_well, ended_badly)
bytes_held = (tonumber(bytes_held) or 0) + bytes_grown
if is_new_minute or bytes_held > (tonumber(keep_bytes) or 1073741824)
  or size.C + size.F + size.X > (tonumber(keep_count) or 1000000) then
  retain_finished(bytes_held)
end
if is_new_minute or size.D > (tonumber(dead_max) or 1000) then retain_dead() end

local due
for _, letter in ipairs({'S', 'T', 'R'}) do
  local first = size[letter] > 0 and call('ZRANGE', PLACE[letter], 0, 0, 'WITHSCORES')[2]
  if first then due = min(due or math.huge, tonumber(first)) end
end
if due then reply[3] = format('%.0f', max(0, due - now_ms)) end
if entry_events > 0 then write_counts('ev', write_events(worker), unpack(others)) end
return reply
