-- A run record: "<token> <state letter> <flags> <attempts> <started> <size> <failures> <lost> <requeues> <rank> <ended>
-- <ran>", then a line break and the result or the error where there is one. docs/protocol.md, "Records".
-- nil for what is no run record: another program's, or damaged; the caller goes on as if there were none.
local function parse_record(record)
  if not record then return nil end
  local token, letter, flags, attempts, started, bytes, failures, lost, requeues, rank, ended, ran, text =
    match(record, '^(%S+) (%a) (%S+) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+) (%d+) ([%d-]+) ([%d-]+)\n?(.*)')
  if not token then return nil end
  return {token = token, letter = letter, flags = flags, attempts = attempts, started = started, bytes = bytes,
    failures = failures, lost = lost, requeues = requeues, rank = rank, ended = ended, ran = ran, text = text}
end
local function to_record(run)
  local head = concat({run.token, run.letter, run.flags, run.attempts, run.started, run.bytes, run.failures, run.lost,
    run.requeues, run.rank, run.ended, run.ran}, ' ')
  return run.text ~= '' and head .. '\n' .. run.text or head
end
local function fresh_run(bytes, rank)
  return {token = '-', letter = 'P', flags = '-', attempts = 0, started = '-', ended = '-', ran = '-', bytes = bytes,
    failures = 0, lost = 0, requeues = 0, rank = rank, text = ''}
end
local function has_flag(run, flag) return find(run.flags, flag, 1, true) ~= nil end
local function result_bytes(run) return tonumber(match(run.flags, 'b(%d+)') or 0) end
local function set_flags(run, cancel_asked, in_big)
  run.flags = (cancel_asked and 'c' or '') .. (in_big and in_big > 0 and 'b' .. in_big or '')
  if run.flags == '' then run.flags = '-' end
end

-- Of a definition record: level, handler and size with the payload that is kept apart.
local function level_of(definition) -- 0 to 3; NORMAL for what says none
  local line = find(definition, '\n', 1, true)
  return tonumber(line and match(definition, '^[0-3]', line + 1)) or 1
end
local function handler_of(definition)
  local line = find(definition, '\n', 1, true)
  return line and sub(definition, 1, line - 1) or ''
end
local function bytes_of(definition)
  local args, kwargs, flags = match(definition, '^[^\n]*\n%S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+) (%d+) (%S+)')
  return #definition + (flags == 'b' and args + kwargs or 0)
end
