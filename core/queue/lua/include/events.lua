-- Invariant 6: every move is an event. One entry a call; its id is <number of its last event>-<how many>, so that a
-- reader sees exactly what it missed, and the stream is cut by events and not by entries, whatever a call did.
-- Numbers begin at the time the queue was made, in µs: after a FLUSHALL they go on above the old ones.
local entry, kinds, entry_events = {}, {}, 0
local function event(kind, line)
  local lines = kinds[kind]
  if not lines then
    lines = {}
    kinds[kind] = lines
    entry[#entry + 1] = kind
  end
  lines[#lines + 1] = line
  entry_events = entry_events + 1
end
local function events_of(kind, lines) -- as event() for each of them; the table is handed over
  local n = #lines
  if n == 0 then return end
  kinds[kind] = lines
  entry[#entry + 1] = kind
  entry_events = entry_events + n
end
-- Returns the new event number, for write_counts().
local function write_events(worker)
  local last = (event_number or now - EPOCH) + entry_events
  if entry_events == 0 then return format('%.0f', last) end
  local fields = {'t', now_text}
  if worker then fields[3], fields[4] = 'w', worker end
  if not event_number then fields[#fields + 1], fields[#fields + 2] = 'new', '1' end
  local n = #fields
  for i = 1, #entry do
    fields[n + 1], fields[n + 2] = entry[i], concat(kinds[entry[i]], '\n')
    n = n + 2
  end
  local function add(number)
    local oldest_kept = format('%.0f', max(0, number - events_max))
    local id = format('%.0f-%d', number, entry_events)
    return try('XADD', events, 'MINID', '~', oldest_kept, id, unpack(fields))
  end
  -- This comes after other writes, so it may not fail: a stream that somebody else brought further is followed.
  if type(add(last)) == 'table' then
    local top = call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
    last = (tonumber(top and match(top[1], '^%d+')) or last) + entry_events
    local answer = add(last)
    -- Readers see the gap in the numbers, and nobody but the server can say why it is there.
    if type(answer) == 'table' then
      redis.log(redis.LOG_WARNING, 'Signalbox: ' .. entry_events .. ' events could not be written to ' .. events
        .. ': ' .. answer.err .. '. Consoles miss them. Give its user the permission (ACL), or the server memory.')
    end
  end
  return format('%.0f', last)
end
