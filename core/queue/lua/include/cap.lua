-- Of a queue's limits on what has finished; 0: none.
local function cap(text, otherwise)
  local given = tonumber(text) or otherwise
  return given > 0 and given or math.huge
end
