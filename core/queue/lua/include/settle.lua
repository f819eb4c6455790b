-- running -> completed, retrying, dead_letter, failed, cancelled, or back to pending. Answers one character a job:
-- the letter of the state that it went to, now or by an earlier call with this token; ! when the token is not the
-- running one's (the lease was lost); ? when there is no such job.
local FIELDS = 7 -- of a settlement in ARGV: id token outcome handler ran text retries
local left_running, ended, written, big_written = {}, {C = {}, D = {}, F = {}, X = {}}, {}, {}
local retries, returned, started_of = {}, {}, {}
local bytes_grown, ended_well, ended_badly, run_time, run_times = 0, 0, 0, 0, 0
local lines_of = {}
local function line(kind, text)
  local lines = lines_of[kind]
  if not lines then
    lines = {}
    lines_of[kind] = lines
  end
  lines[#lines + 1] = text
end

local function head_of(error) -- for an event: one line
  return (string.gsub(sub(error, 1, 200), '%c', ' '))
end

-- Where a run that ended with this outcome goes to.
local function next_state(run, outcome, limit)
  if outcome == 'c' then return 'C' end
  if has_flag(run, 'c') or outcome == 'x' then return 'X' end
  if outcome == 'r' then return 'P' end
  if outcome == 'n' then return 'F' end
  if outcome == 'f' and run.failures < tonumber(limit) then return 'T' end
  return 'D'
end

-- Everything but the plain success of a first run, which settle() does by itself.
local function settle_run(id, run, outcome, handler, ran, text, limits)
  local limit, delay = match(limits, '^(%d+) (%d+)')
  local to = next_state(run, outcome, limit)
  run.letter, run.ended, run.ran = to, now_text, ran
  if outcome == 'r' and to == 'P' then
    run.started, run.ended, run.ran, run.flags, run.text = '-', '-', '-', '-', ''
    returned[#returned + 1], returned[#returned + 2] = run.rank, id
    line('released', id)
    return run
  end
  if outcome ~= 'r' then run.attempts = run.attempts + 1 end
  if outcome == 'f' or outcome == 'd' or outcome == 'n' then run.failures = run.failures + 1 end
  local in_big = #text > 4096
  if in_big then big_written[#big_written + 1], big_written[#big_written + 2] = id .. ':r', text end
  run.text = in_big and (to == 'C' and '' or sub(text, 1, 400)) or text
  set_flags(run, false, in_big and #text)
  if to == 'T' then
    retries[#retries + 1], retries[#retries + 2] = format('%.0f', now_ms + delay), id
    count_of_handler('retried:' .. handler, 1)
  else
    ended[to][#ended[to] + 1] = id
    bytes_grown = bytes_grown + run.bytes + (in_big and #text or 0)
  end
  if to == 'C' then
    line('completed', id .. ' ' .. ran)
    count_of_handler('completed:' .. handler, 1)
  elseif to == 'X' then
    line('cancelled', id)
    count_of_handler('cancelled:' .. handler, 1)
  else
    line('failed', concat({id, run.attempts, to, ran, handler, head_of(text)}, ' '))
    if to ~= 'T' then count_of_handler((to == 'D' and 'dead_letter:' or 'failed:') .. handler, 1) end
  end
  return run
end

-- A settlement whose token or handler is '' has those of the one before: most come from one claim.
local function settle(first, n)
  if n == 0 then return '' end
  local ids, verdicts, now_settled = {}, {}, {}
  local at = first
  for i = 1, n do
    ids[i] = ARGV[at]
    at = at + FIELDS
  end
  local records = call('HMGET', runs, unpack(ids))
  local completed_ids, completed_lines, completed_n = ended.C, {}, 0
  lines_of.completed = completed_lines
  local token, handler, token_end = '', '', 0
  local last_handler, handler_n, handler_time = nil, 0, 0
  local left_n, written_n = 0, 0
  at = first
  for i = 1, n do
    local id, outcome, ran, text = ids[i], ARGV[at + 2], ARGV[at + 4], ARGV[at + 5]
    if ARGV[at + 1] ~= '' then
      token = ARGV[at + 1]
      token_end = #token + 1
    end
    if ARGV[at + 3] ~= '' then handler = ARGV[at + 3] end
    local limits = ARGV[at + 6]
    at = at + FIELDS
    local record = now_settled[id] or records[i]
    local state = record and find(record, token, 1, true) == 1 and match(record, '^ (%a)', token_end)
    if not state then
      verdicts[i] = (record or call('HEXISTS', jobs, id) == 1) and '!' or '?'
      if verdicts[i] == '!' then line('settle_refused', id) end
    elseif state ~= 'R' then
      verdicts[i] = state
    else
      local rest = outcome == 'c' and #text <= 4096 and sub(record, token_end, token_end + 6) == ' R - 0 '
        and sub(record, token_end + 7, -4) -- started size failures lost requeues rank, before '- -'
      local time = tonumber(ran)
      if not time then
        time = max(0, now - (tonumber(match(record, '^ R %S+ %d+ (%d+)', token_end)) or now))
        ran = format('%.0f', time)
      end
      if rest then -- the common case, a first run that went well, without taking the record apart
        verdicts[i] = 'C'
        record = token .. ' C - 1 ' .. rest .. now_text .. ' ' .. ran
        if text ~= '' then record = record .. '\n' .. text end
        completed_n = completed_n + 1
        completed_ids[completed_n], completed_lines[completed_n] = id, id .. ' ' .. ran
        bytes_grown = bytes_grown + #record + match(rest, '^%d+ (%d+)')
        if handler ~= last_handler then
          if last_handler then
            count_of_handler('completed:' .. last_handler, handler_n)
            count_of_handler('run_us:' .. last_handler, handler_time)
          end
          last_handler, handler_n, handler_time = handler, 0, 0
        end
        handler_n, handler_time = handler_n + 1, handler_time + time
        run_time, run_times, ended_well = run_time + time, run_times + 1, ended_well + 1
      else
        local run = parse_record(record) or fresh_run(0, '0')
        run.token, run.failures = token, tonumber(run.failures)
        run = settle_run(id, run, outcome, handler, ran, text, limits)
        record = to_record(run)
        verdicts[i] = run.letter
        completed_n = #completed_ids
        if run.letter ~= 'T' and run.letter ~= 'P' then bytes_grown = bytes_grown + #record end
        if outcome ~= 'r' then
          run_time, run_times = run_time + time, run_times + 1
          count_of_handler('run_us:' .. handler, time)
          if outcome == 'c' then ended_well = ended_well + 1 elseif outcome ~= 'x' then ended_badly = ended_badly + 1 end
        end
      end
      now_settled[id] = record
      left_n = left_n + 1
      left_running[left_n] = id
      written[written_n + 1], written[written_n + 2] = id, record
      written_n = written_n + 2
    end
  end
  if last_handler then
    count_of_handler('completed:' .. last_handler, handler_n)
    count_of_handler('run_us:' .. last_handler, handler_time)
  end
  return concat(verdicts)
end

local function write_settled()
  local n = #left_running
  for kind, lines in pairs(lines_of) do events_of(kind, lines) end
  count('refused', #(lines_of.settle_refused or {}))
  if n == 0 then return end
  call('ZREM', running, unpack(left_running))
  call('HSET', runs, unpack(written))
  if #big_written > 0 then call('HSET', big, unpack(big_written)) bigs = bigs + 1 end
  if progresses > 0 then call('HDEL', progress, unpack(left_running)) end
  local score = format('%.0f', next_seq()) -- one a call: within it, the order of the ends means nothing
  for letter, ids in pairs(ended) do
    if #ids > 0 then
      local members = {}
      for i = 1, #ids do members[2 * i - 1], members[2 * i] = score, ids[i] end
      call('ZADD', PLACE[letter], unpack(members))
      count('in:' .. letter, #ids)
      size[letter] = size[letter] + #ids
    end
  end
  if #retries > 0 then call('ZADD', retrying, unpack(retries)) end
  if #returned > 0 then call('ZADD', pending, unpack(returned)) end
  count('out:R', n)
  count('in:T', #retries / 2)
  count('in:P', #returned / 2)
  count('released', #(lines_of.released or {}))
  count('runs', run_times)
  count('run_us', run_time)
  count('failed_runs', ended_badly)
  count('bytes', bytes_grown)
  size.R, size.T, size.P = size.R - n, size.T + #retries / 2, size.P + #returned / 2
end
