#!lua flags=no-writes
-- page: a stretch of one state's list, with payloads only where a filter has to look into them. Its place is found by the job that the last page ended
-- with, also when that has moved or gone, so rows that come and go before it shift nothing; and never by counting from
-- the start, so its cost grows with the page and not with the queue.
-- KEYS     all of a queue (include keys)
-- ARGV     letter   most rows   1 to walk from the highest score down   score and id to go on after, or '' ''
--          1 with payloads: the page then ends early where they come to more than 4 MiB
-- Returns  server now, µs   1 when that was the end   then for each: id   score   definition record without what
--          follows its third line, or with payloads the whole of it   run record with at most 400 bytes of its text, or ''   progress or ''
-- include open
-- include states
local letter, most, down, after_score, after_id = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1', ARGV[4], ARGV[5]
local with_payloads, BYTES_MAX = ARGV[6] == '1', 4194304
local set = PLACE[letter]

-- How many members stand before (score, id), and whether that itself is there.
local function place_before(score, id)
  if call('ZSCORE', set, id) == score then return call('ZRANK', set, id), true end
  local low = call('ZCOUNT', set, '-inf', '(' .. score)
  local high = low + call('ZCOUNT', set, score, score)
  while low < high do -- members of one score stand in the order of their bytes
    local middle = floor((low + high) / 2)
    if call('ZRANGE', set, middle, middle)[1] < id then low = middle + 1 else high = middle end
  end
  return low, false
end

local first, last
if after_id == '' then
  first = down and size[letter] - most or 0
else
  local before, is_there = place_before(after_score, after_id)
  first = down and before - most or before + (is_there and 1 or 0)
end
last = first + most - 1
first = max(first, 0)
local members = last >= first and call('ZRANGE', set, first, last, 'WITHSCORES') or {}
local n = #members / 2
local at_end = down and first == 0 or not down and first + n >= size[letter]
local reply = {now_text, at_end and 1 or 0}
if n == 0 then return reply end

local ids, scores = {}, {}
for i = 1, n do
  local from = down and n - i + 1 or i
  ids[i], scores[i] = members[2 * from - 1], members[2 * from]
end
local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
local reports = progresses > 0 and letter == 'R' and call('HMGET', progress, unpack(ids)) or {}
local bytes = 0
for i = 1, n do
  local definition, record = definitions[i] or '', records[i] or ''
  local line_end = 0
  if with_payloads then
    local is_apart = match(definition, '^[^\n]*\n[^\n]* (%S+)\n') == 'b'
    bytes = bytes + #definition + (is_apart and call('HSTRLEN', big, ids[i] .. ':p') or 0)
    if bytes > BYTES_MAX and i > 1 then
      reply[2] = 0
      break
    end
    if is_apart then definition = definition .. (call('HGET', big, ids[i] .. ':p') or '') end
    line_end = #definition
  else
    for _ = 1, 3 do line_end = line_end and find(definition, '\n', line_end + 1, true) end
  end
  local text_at = find(record, '\n', 1, true) or #record
  local at = 2 + (i - 1) * 5
  reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4], reply[at + 5] = ids[i], scores[i],
    sub(definition, 1, line_end or 4096), sub(record, 1, text_at + 400), reports[i] or ''
end
return reply
