#!lua flags=no-writes
-- show: all that is known about one job.
-- KEYS     all of a queue (include keys)   ARGV  id
-- Returns  server now, µs   letter of its state, or '' when it is in none   score there   definition record   payload
--          kept apart or ''   run record or ''   result or error kept apart or ''   progress or ''   log or ''
-- Refuses  NOT_FOUND job
-- include open
-- include states
local id = ARGV[1]
local definition = call('HGET', jobs, id)
if not definition then return redis.error_reply('NOT_FOUND job') end
local record = call('HGET', runs, id)
local letter, score = place_of(id, record)
local parts = call('HMGET', big, id .. ':p', id .. ':r')
return {now_text, letter or '', score or '', definition, parts[1] or '', record or '', parts[2] or '',
  call('HGET', progress, id) or '', call('HGET', logs, id) or ''}
