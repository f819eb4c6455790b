#!lua flags=allow-oom
-- delete_jobs: any state but running -> gone, with all that was kept about them.
-- KEYS     all of a queue (include keys)   ARGV  ids
-- Returns  server now, µs   then one entry a job: ok   state R: not a running one   none
-- Keeps    invariants 1, 4, 5, 6, 8
-- include open
-- include counts
-- include events
-- include states
-- include records
-- include forget
-- include remove
local ids, reply = ARGV, {now_text}
local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
local going, done, n = {}, {}, 0
for i = 1, #ids do
  local id = ids[i]
  local letter = not done[id] and definitions[i] and place_of(id, records[i])
  if not letter then
    reply[i + 1] = 'none'
  elseif letter == 'R' then
    reply[i + 1] = 'state R'
  else
    going[letter] = going[letter] or {ids = {}, records = {}}
    table.insert(going[letter].ids, id)
    going[letter].records[#going[letter].ids] = records[i]
    event('deleted', id)
    done[id], n = true, n + 1
    reply[i + 1] = 'ok'
  end
end
for letter, group in pairs(going) do remove_jobs(letter, group.ids, group.records) end
count('deleted', n)
if n > 0 then write_counts('ev', write_events()) end
return reply
