-- Of a queue's limits on what has finished; 0: none.
local function cap(limit) return limit > 0 and limit or math.huge end
