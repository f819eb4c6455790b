-- Which jobs of a submit call come in, and what is to be written for them; the answer for each.
local room = tonumber(size_max) or 0
room = room > 0 and room - size.B - size.P - size.S - size.T - size.R or n
local reply = {now_text, layout and 0 or 1}
local new, ranks, due_scores, key_fields, keyed_fields, big_fields, lines = {}, {}, {}, {}, {}, {}, {}
local new_n, ranks_n, wakes = 0, 0, 0
local new_state = {} -- id -> letter, of this call
local last_option, last_handler, same_n, line_end = nil, nil, 0, nil
local function count_submitted() -- runs of jobs with one handler and level are counted as one
  if same_n > 0 then count_of_handler('submitted.' .. sub(last_option, 1, 1) .. ':' .. last_handler, same_n) end
end

for i = 1, n do
  local id, key, due, payload, at_job = ids[i], keys_given[i], dues[i], payloads[i], at_of[i]
  local option, handler = ARGV[at_job + 1], ARGV[at_job + 2]
  local other = key and id_of_key[key]
  if there[i] or new_state[id] then
    reply[i + 2] = 'already ' .. (new_state[id] or state_of(id))
  elseif other then
    reply[i + 2] = 'key ' .. other .. ' ' .. (new_state[other] or state_of(other))
  elseif room <= 0 then
    reply[i + 2] = 'full ' .. size_max
  else
    room = room - 1
    if option ~= last_option or handler ~= last_handler then
      count_submitted()
      last_option, last_handler, same_n = option, handler, 0
      line_end = ' ' .. sub(option, 1, 1) .. ' - ' .. handler
    end
    same_n = same_n + 1
    local state = 'P'
    if due and tonumber(due) > now_ms then
      state = 'S'
      due_scores[#due_scores + 1], due_scores[#due_scores + 2] = due, id
      if not earliest or tonumber(due) < earliest then
        earliest = tonumber(due)
        wakes = wakes + 1
      end
      lines[new_n / 2 + 1] = id .. ' ' .. sub(option, 1, 1) .. ' ' .. due .. ' ' .. handler
    else
      ranks[ranks_n + 1], ranks[ranks_n + 2] = next_rank(sub(option, 1, 1)), id
      ranks_n = ranks_n + 2
      wakes = wakes + 1
      lines[new_n / 2 + 1] = id .. line_end
    end
    new_state[id] = state
    reply[i + 2] = state
    new[new_n + 1], new[new_n + 2] = id, ARGV[at_job + 3]
    new_n = new_n + 2
    if key then
      id_of_key[key] = id
      key_fields[#key_fields + 1], key_fields[#key_fields + 2] = key, id
      keyed_fields[#keyed_fields + 1], keyed_fields[#keyed_fields + 2] = id, key
    end
    if payload then big_fields[#big_fields + 1], big_fields[#big_fields + 2] = id .. ':p', payload end
  end
end
count_submitted()
