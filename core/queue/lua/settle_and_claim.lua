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
-- include wake
-- include cap
-- include settle_state
-- include write_settled
local worker, lane, sequence, want, lease_ms, settlements =
  ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local claims_field = worker .. '/' .. lane
local claim_token = claims_field .. '.' .. sequence

-- What most calls do without: to make thirty functions costs more than to settle and claim a job.
local seldom_made
local function seldom()
  if seldom_made then return seldom_made end
-- include states
-- include records
-- include forget
-- include promote
-- include retain
-- include settle_run
-- include fitting
-- include claim_again
  seldom_made = {promote = promote, retain_finished = retain_finished, retain_dead = retain_dead, forget = forget,
    settle_run = settle_run, fitting = fitting, claim_again = claim_again, parse_record = parse_record,
    to_record = to_record, fresh_run = fresh_run, bytes_of = bytes_of, result_bytes = result_bytes}
  return seldom_made
end

local asked_before
if want > 0 then
  local last, _, ids = match(call('HGET', claims, claims_field) or '', '^(%d+) (%d+) ?(.*)')
  if last == sequence then asked_before = ids end
  if last and tonumber(last) > tonumber(sequence) then return redis.error_reply('STALE_CLAIM ' .. last) end
end
-- include settle
local handed_back = #returned / 2 -- to pending, by a pool that lets go of jobs or because their time has come
if size.S > 0 or size.T > 0 then handed_back = handed_back + seldom().promote() end
local reply = {now_text, paused and 1 or 0, '', verdicts}
if asked_before then seldom().claim_again(reply, asked_before, claim_token) end
-- include claim

local also = {} -- fields of counts
if size.P > 0 and handed_back > 0 then
  wake_up(min(handed_back, size.P))
elseif size.P > 0 and tokens_waiting == 0 and now_ms - (tonumber(handed_ms) or 0) >= 10 then
  wake_up(1) -- what is left is for others, who may be idle; not more often than they would notice
  also[1], also[2] = 'handed_ms', format('%.0f', now_ms)
elseif size.P == 0 and tokens_waiting > 0 then
  call('DEL', wake)
end

local is_new_minute = false
if run_times > 0 then
  local was, well, badly = match(minute_runs or '', '^(%d+) (%d+) (%d+)$')
  is_new_minute = tonumber(was) ~= minute
  if is_new_minute then well, badly = 0, 0 end
  also[#also + 1] = minute_field
  also[#also + 1] = format('%.0f %.0f %.0f', minute, well + ended_well, badly + ended_badly)
end
bytes_held = bytes_held + bytes_grown
if is_new_minute or bytes_held > cap(keep_bytes) or size.C + size.F + size.X > cap(keep_count) then
  seldom().retain_finished(bytes_held)
end
if is_new_minute or size.D > dead_max then seldom().retain_dead() end

local due -- ms since 1970
local function look_at(key)
  local first = tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
  if first and not (due and due < first) then due = first end
end
if size.R > 0 then look_at(running) end
if size.S > 0 then look_at(scheduled) end
if size.T > 0 then look_at(retrying) end
if due then reply[3] = format('%.0f', max(0, due - now_ms)) end
if entry_events > 0 then write_counts('ev', write_events(worker), unpack(also)) end
return reply
