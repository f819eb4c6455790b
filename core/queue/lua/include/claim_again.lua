-- The same claim again: its reply was lost. The same jobs, as far as they are still held by it.
local function claim_again(reply, ids_text, token)
  local ids = {}
  for id in string.gmatch(ids_text, '%S+') do ids[#ids + 1] = id end
  if #ids == 0 then return end
  local definitions, records = call('HMGET', jobs, unpack(ids)), call('HMGET', runs, unpack(ids))
  for i = 1, #ids do
    local run = parse_record(records[i])
    if definitions[i] and run and run.token == token and run.letter == 'R' then
      local at, payload = #reply, bigs > 0 and call('HGET', big, ids[i] .. ':p') or ''
      reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = ids[i], run.rank, definitions[i] .. payload, records[i]
    end
  end
end
