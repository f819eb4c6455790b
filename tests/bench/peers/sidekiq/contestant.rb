# frozen_string_literal: true

# Sidekiq as a contestant; the contract is in ../contestant.mjs. --driver hiredis uses the C client.
# It keeps no results: its "lifecycle" and "finished" are submit and run only.
require 'json'
require 'optparse'
require 'redis'

Redis.silence_deprecations = true # Debian's Sidekiq is older than Debian's redis gem; a warning a call would be measured

OPTIONS = { jobs: 20_000, payload: 18, concurrency: 10, samples: 1000, driver: 'ruby' }
OptionParser.new do |parser|
  parser.on('--redis ADDRESS') { |text| OPTIONS[:redis] = text }
  parser.on('--driver NAME') { |text| OPTIONS[:driver] = text }
  %i[jobs payload concurrency samples].each do |name|
    parser.on("--#{name} N", Integer) { |number| OPTIONS[name] = number }
  end
end.parse!
SCENARIO = ARGV.fetch(0)
require 'hiredis' if OPTIONS[:driver] == 'hiredis'

require 'sidekiq'
require 'sidekiq/launcher'
require 'sidekiq/processor'

HOST, PORT = OPTIONS[:redis].split(':')
CONNECTION = { host: HOST, port: PORT.to_i, driver: OPTIONS[:driver].to_sym }.freeze

# Its log line a job would be measured otherwise.
class SilentJobLogger
  def initialize(*); end

  def call(*) = yield

  def prepare(*) = yield
end

# Counts what ran; threads share it.
class Tally
  attr_reader :submitted_at

  def initialize
    @mutex = Mutex.new
    @changed = ConditionVariable.new
    @ran = 0
    @begun_at = nil
  end

  def tick
    @mutex.synchronize do
      @ran += 1
      @changed.signal if @ran >= OPTIONS[:jobs]
    end
  end

  def wait_for_all
    @mutex.synchronize { @changed.wait(@mutex) until @ran >= OPTIONS[:jobs] }
  end

  def begin_now
    now = monotonic
    @mutex.synchronize do
      @begun_at = now
      @changed.signal
    end
  end

  def next_begin
    @mutex.synchronize do
      @changed.wait(@mutex) until @begun_at
      at = @begun_at
      @begun_at = nil
      at
    end
  end
end

def monotonic = Process.clock_gettime(Process::CLOCK_MONOTONIC)

TALLY = Tally.new

class NoopJob
  include Sidekiq::Worker
  sidekiq_options retry: 3

  def perform(_data) = TALLY.tick
end

class LatencyJob
  include Sidekiq::Worker
  sidekiq_options retry: 3

  def perform(_data) = TALLY.begin_now
end

# A JSON string of exactly so many bytes as the one argument.
DATA = 'x' * (OPTIONS[:payload] - 2)

def submit
  OPTIONS[:jobs].times.each_slice(1000) do |chunk|
    Sidekiq::Client.push_bulk('class' => NoopJob, 'args' => Array.new(chunk.size) { [DATA] })
  end
end

def launch
  Sidekiq::Launcher.new(Sidekiq.options).tap(&:run)
end

def server_cpu
  info = INFO_CONNECTION.info('cpu')
  info['used_cpu_user'].to_f + info['used_cpu_sys'].to_f
end

def window
  server = server_cpu
  cpu = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  from = monotonic
  yield
  seconds = monotonic - from
  cpu = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - cpu
  { jobs: OPTIONS[:jobs], seconds: seconds, worker_cpu_s: cpu, server_cpu_s: server_cpu - server }
end

def lifecycle
  window do
    launch
    submit
    TALLY.wait_for_all
  end
end

def latency
  launch
  warm_up = 50
  samples = Array.new(OPTIONS[:samples] + warm_up) do
    submitted_at = monotonic
    LatencyJob.perform_async(DATA)
    begun_at = TALLY.next_begin
    sleep 0.005 # the job ends, and the worker is back in its blocking read: the pool is quiet again
    (begun_at - submitted_at) * 1000
  end
  { samples_ms: samples.drop(warm_up) }
end

def answer_to(scenario)
  case scenario
  when 'drain'
    submit
    window do
      launch
      TALLY.wait_for_all
    end
  when 'lifecycle', 'finished' then lifecycle
  when 'latency' then latency
  when 'pending'
    submit
    { jobs: OPTIONS[:jobs] }
  when 'idle'
    launch
    puts({ ready: true }.to_json)
    $stdout.flush
    $stdin.read
    {}
  else abort "unknown scenario #{scenario}"
  end
end

Sidekiq.logger.level = Logger::ERROR
Sidekiq.options[:concurrency] = OPTIONS[:concurrency]
Sidekiq.options[:queues] = ['default']
Sidekiq.options[:job_logger] = SilentJobLogger
Sidekiq.redis = CONNECTION.merge(size: OPTIONS[:concurrency] + 5)
INFO_CONNECTION = Redis.new(CONNECTION)

puts answer_to(SCENARIO).to_json
$stdout.flush
exit! 0
