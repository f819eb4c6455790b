-- What a call finds out about runs that end, before write_settled() puts it down.
local left_running, written, big_written, retries, returned = {}, {}, {}, {}, {}
local ended = {} -- letter of an end -> ids
local lines_of = {} -- kind of event -> lines
local bytes_grown, ended_well, ended_badly, run_time, run_times = 0, 0, 0, 0, 0
local function line(kind, text)
  local lines = lines_of[kind]
  if not lines then
    lines = {}
    lines_of[kind] = lines
  end
  lines[#lines + 1] = text
end
local function ends_as(letter, id)
  local ids = ended[letter]
  if not ids then
    ids = {}
    ended[letter] = ids
  end
  ids[#ids + 1] = id
end
