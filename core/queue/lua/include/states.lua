local PLACE = {B = blocked, P = pending, S = scheduled, T = retrying, R = running, C = completed, F = failed,
  X = cancelled, D = dead}
-- Where a job is, and its score there. The run record only says where to look first: the sets are the truth.
local function place_of(id, record)
  local letter = record and match(record, '^%S+ (%a) ') or 'P'
  local score = PLACE[letter] and call('ZSCORE', PLACE[letter], id)
  if score then return letter, score end
  for other, key in pairs(PLACE) do
    score = call('ZSCORE', key, id)
    if score then return other, score end
  end
end
local function state_of(id) return (place_of(id, call('HGET', runs, id))) or 'P' end
