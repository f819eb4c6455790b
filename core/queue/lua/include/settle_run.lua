local function head_of(error) -- for an event: the first line, as lists show it
  return (string.gsub(sub(match(error, '^[^\n]*'), 1, 200), '%c', ' '))
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

-- Everything but the plain success of a first run, which settle_and_claim does by itself.
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
    ends_as(to, id)
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

