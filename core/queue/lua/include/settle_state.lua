-- What a call finds out about runs that end, before write_settled() puts it down.
local left_running, written, big_written, retries, returned = {}, {}, {}, {}, {}
local ended = {} -- letter of an end -> ids
local lines_of = {} -- kind of event -> lines
local bytes_grown, ended_well, ended_badly, run_time, run_times = 0, 0, 0, 0, 0
local function append_to(lists, name, item)
  local list = lists[name]
  if not list then
    list = {}
    lists[name] = list
  end
  list[#list + 1] = item
end
local function line(kind, text) append_to(lines_of, kind, text) end
local function ends_as(letter, id) append_to(ended, letter, id) end
