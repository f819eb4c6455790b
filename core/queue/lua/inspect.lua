#!lua flags=no-writes
-- inspect: everything that is kept about some ids, whether they are jobs or not, as it is at one moment.
-- KEYS     all of a queue (include keys)   ARGV  ids
-- Returns  server now, µs   seq   then for each id: letters of the lists that it is in   its scores there, with spaces
--          1 when it has a definition   that without what follows its third line   1 when it has a run record   that
--          without its text   bytes of payload and of result kept apart, or -1   1 when it has a progress   1 for a log
--          its idempotency key, or ''   the id that this key leads to, or ''   bytes of the definition with its payload
--          bytes behind its fourth line
-- Refuses  WRONG_KEY noun type | LAYOUT found
-- include open
-- include states
-- include records
local LETTERS = {'B', 'P', 'S', 'T', 'R', 'C', 'F', 'X', 'D'}
local ids, reply = ARGV, {now_text, format('%.0f', seq)}
local scores = {}
for i, letter in ipairs(LETTERS) do scores[i] = size[letter] > 0 and call('ZMSCORE', PLACE[letter], unpack(ids)) or {} end
local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
local idempotency = keys_held > 0 and call('HMGET', keyed, unpack(ids)) or {}

local function end_of_line(text, lines)
  local line_end = 0
  for _ = 1, lines do line_end = line_end and find(text, '\n', line_end + 1, true) end
  return line_end
end
local function head(text, lines) return sub(text, 1, end_of_line(text, lines) or 4096) end
local function bytes_apart(field)
  if bigs == 0 or call('HEXISTS', big, field) == 0 then return '-1' end
  return format('%.0f', call('HSTRLEN', big, field))
end

for i = 1, #ids do
  local id, letters, places = ids[i], {}, {}
  for k, letter in ipairs(LETTERS) do
    if scores[k][i] then letters[#letters + 1], places[#places + 1] = letter, scores[k][i] end
  end
  local definition, record, key = definitions[i], records[i], idempotency[i] or ''
  local at = 2 + (i - 1) * 14
  reply[at + 1], reply[at + 2] = concat(letters), concat(places, ' ')
  reply[at + 3], reply[at + 4] = definition and '1' or '0', definition and head(definition, 3) or ''
  reply[at + 5], reply[at + 6] = record and '1' or '0', record and head(record, 1) or ''
  reply[at + 7], reply[at + 8] = bytes_apart(id .. ':p'), bytes_apart(id .. ':r')
  reply[at + 9] = progresses > 0 and call('HEXISTS', progress, id) == 1 and '1' or '0'
  reply[at + 10] = logs_held > 0 and call('HEXISTS', logs, id) == 1 and '1' or '0'
  reply[at + 11] = key
  reply[at + 12] = key ~= '' and call('HGET', keys, key) or ''
  reply[at + 13] = format('%.0f', definition and bytes_of(definition) or 0)
  reply[at + 14] = format('%.0f', definition and #definition - (end_of_line(definition, 4) or #definition) or 0)
end
return reply
