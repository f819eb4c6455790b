-- running -> completed, retrying, dead_letter, failed, cancelled, or back to pending. `verdicts` gets one character a
-- settlement: the letter of the state that it went to, now or by an earlier call with this token; ! when the token is
-- not the running one's (the lease was lost); ? when there is no such job. A settlement whose token or handler is ''
-- has those of the one before: most come from one claim.
local verdicts = ''
if settlements > 0 then
  local FIRST, FIELDS = 7, 7 -- in ARGV: id token outcome handler ran text retries
  local ids, said, now_settled = {}, {}, {}
  local at = FIRST
  for i = 1, settlements do
    ids[i] = ARGV[at]
    at = at + FIELDS
  end
  local records = call('HMGET', runs, unpack(ids))
  local completed_ids, completed_lines, completed_n = {}, {}, 0
  ended.C, lines_of.completed = completed_ids, completed_lines
  local token, handler, token_end = '', '', 0
  local last_handler, handler_n, handler_time = nil, 0, 0
  local left_n, written_n = 0, 0
  at = FIRST
  for i = 1, settlements do
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
      said[i] = (record or call('HEXISTS', jobs, id) == 1) and '!' or '?'
      if said[i] == '!' then line('settle_refused', id) end
    elseif state ~= 'R' then
      said[i] = state
    else
      local rest = outcome == 'c' and #text <= 4096 and sub(record, token_end, token_end + 6) == ' R - 0 '
        and sub(record, token_end + 7, -4) -- started size failures lost requeues rank, before '- -'
      local time = tonumber(ran)
      if not time then
        time = max(0, now - (tonumber(match(record, '^ R %S+ %d+ (%d+)', token_end)) or now))
        ran = format('%.0f', time)
      end
      if rest then -- the common case, a first run that went well, without taking the record apart
        said[i] = 'C'
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
        local rare = seldom()
        local run = rare.parse_record(record) or rare.fresh_run(0, '0')
        run.token, run.failures = token, tonumber(run.failures)
        run = rare.settle_run(id, run, outcome, handler, ran, text, limits)
        record = rare.to_record(run)
        said[i] = run.letter
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
  if #completed_ids == 0 then ended.C = nil end
  verdicts = concat(said)
end
write_settled()
