-- A wake token carries no job: whoever takes it and dies loses nothing. At most 64 wait, and one call wakes at most 8
-- pools: they wake each other while jobs are left.
local function wake_up(n)
  n = min(n, 8)
  if n < 1 or paused or tokens_waiting >= 64 then return end
  local tokens = {}
  for i = 1, n do tokens[i] = '1' end
  call('RPUSH', wake, unpack(tokens))
end
