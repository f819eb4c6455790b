// Measures the contestants side by side on one Redis; started by tests/bench/run, which prepares everything.
//
// Runs are interleaved: round 1 of every contestant, then round 2, … so that a slow minute of the machine hits all of
// them. A ratio is taken within a round. Every figure is printed as median [lowest – highest].
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    folder: { type: 'string' }, // holds the peers, installed, and the server's data
    build: { type: 'string' }, // holds signalbox_bench and raw_hiredis; none: only the peers run
    json: { type: 'string' },
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    appendfsync: { type: 'string', default: 'none' },
    quick: { type: 'boolean', default: false },
  },
});

const size = args.quick
  ? { drain: 20000, lifecycle: 20000, samples: 300, memory: 20000, idleSeconds: 5, views: 100000 }
  : { drain: 100000, lifecycle: 50000, samples: 1000, memory: 100000, idleSeconds: 20, views: 1000000 };

// The peers' concurrency is the best of a trial on a quiet machine, from 50 to 1,000 for Node and from 5 to 25 for
// Sidekiq, whose threads share one interpreter lock (docs/decisions/0002-benchmarks.md).
const peer = (name) => path.join(args.folder, 'peers', name);
const contestants = [
  args.build && { name: 'signalbox', command: [path.join(args.build, 'signalbox_bench')] },
  args.build && { name: 'raw', command: [path.join(args.build, 'raw_hiredis')], lacks: ['idle'] },
  { name: 'bullmq', command: ['node', path.join(peer('bullmq'), 'contestant.mjs')], concurrency: 200 },
  { name: 'bee-queue', command: ['node', path.join(peer('bee-queue'), 'contestant.mjs')], concurrency: 500 },
  { name: 'sidekiq', command: ['ruby', path.join(peer('sidekiq'), 'contestant.rb')], concurrency: 5, keepsNothing: true },
  {
    name: 'sidekiq-hiredis',
    command: ['ruby', path.join(peer('sidekiq'), 'contestant.rb'), '--driver', 'hiredis'],
    concurrency: 5,
    keepsNothing: true,
  },
].filter(Boolean);
const scenarioNames = ['drain', 'lifecycle', 'latency', 'idle', 'memory', 'views'];

const wanted = args.only?.split(',') ?? [];
const known = [...contestants.map((c) => c.name), ...scenarioNames];
for (const name of wanted) {
  if (!known.includes(name)) fail(`--only knows no '${name}'. Choose from ${known.join(', ')}.`);
}
const chosen = (all, nameOf) => {
  const some = all.filter((each) => wanted.includes(nameOf(each)));
  return some.length > 0 ? some : all;
};
const running = chosen(contestants, (c) => c.name);
const scenarios = chosen(scenarioNames, (s) => s);

function fail(text) {
  console.error(`error: ${text}`);
  process.exit(1);
}

// --- the server ------------------------------------------------------------------------------------------------

/** One question at a time over a plain socket: the harness must not need a client library of a contestant. */
class Redis {
  static async connect(port) {
    const redis = new Redis();
    redis.socket = net.connect(port, '127.0.0.1');
    redis.socket.setEncoding('utf8');
    await new Promise((resolve, reject) => redis.socket.once('connect', resolve).once('error', reject));
    return redis;
  }

  ask(command) {
    return new Promise((resolve, reject) => {
      let text = '';
      const take = (data) => {
        text += data;
        const bulk = /^\$(\d+)\r\n/.exec(text);
        const complete = bulk ? text.length >= bulk[0].length + Number(bulk[1]) + 2 : text.endsWith('\r\n');
        if (!complete) return;
        this.socket.off('data', take);
        if (text.startsWith('-')) reject(new Error(text.trim()));
        else resolve(text);
      };
      this.socket.on('data', take);
      this.socket.write(command + '\r\n');
    });
  }

  async info(section, field) {
    return new RegExp(`${field}:([^\\r]*)`).exec(await this.ask(`INFO ${section}`))[1];
  }
}

/** A port of 127.0.0.1 that nobody listens on now. */
const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function startServer() {
  const port = await freePort();
  const dir = fs.mkdtempSync(path.join(args.folder, 'redis-'));
  const durability = args.appendfsync === 'none'
    ? ['--appendonly', 'no']
    : ['--appendonly', 'yes', '--appendfsync', args.appendfsync];
  const server = spawn(
    'redis-server',
    ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', dir, ...durability].map(String),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  process.on('exit', () => server.kill('SIGKILL'));
  const lines = createInterface({ input: server.stdout });
  await new Promise((resolve) => {
    lines.on('line', (line) => line.includes('Ready to accept connections') && resolve());
    server.on('exit', (code) => fail(`redis-server ended with ${code}; is it installed?`));
  });
  return { port, redis: await Redis.connect(port) };
}

// --- one run of one contestant -------------------------------------------------------------------------------------

const runSecondsMax = 300;

/** Resolves with what it printed, once it ended. `whenReady` runs between its "ready" and the end of its input. */
function run({ name, command, concurrency }, scenario, options, whenReady) {
  const given = Object.entries({ ...options, concurrency })
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]) => [`--${key}`, String(value)]);
  const [program, ...first] = command;
  const child = spawn(program, [...first, scenario, ...given], { stdio: ['pipe', 'pipe', 'pipe'] });
  const watchdog = setTimeout(() => child.kill('SIGKILL'), runSecondsMax * 1000);
  let answer;
  let complaint = '';
  child.stderr.on('data', (data) => { complaint = (complaint + data).slice(-4000); });
  createInterface({ input: child.stdout }).on('line', async (line) => {
    answer = JSON.parse(line);
    if (!answer.ready) return;
    await whenReady();
    child.stdin.end();
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(watchdog);
      if (code !== 0) fail(`${name} ${scenario} ended with ${signal ?? code}.\n${complaint}`);
      resolve(answer);
    });
  });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** An empty server with nobody else connected. */
async function clean({ redis }) {
  while ((await redis.info('clients', 'connected_clients')) !== '1') await pause(20);
  await redis.ask('FLUSHALL SYNC');
}

// --- scenarios: each measures one round of one contestant and answers figures by name ------------------------------

const perJob = ({ jobs, seconds, worker_cpu_s: worker, server_cpu_s: server }) => ({
  'jobs/s': jobs / seconds,
  'worker CPU µs/job': (worker / jobs) * 1e6,
  'server CPU µs/job': (server / jobs) * 1e6,
});

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const measure = {
  drain: async (server, contestant) =>
    perJob(await run(contestant, 'drain', { redis: server.address, jobs: size.drain })),

  lifecycle: async (server, contestant) =>
    perJob(await run(contestant, 'lifecycle', { redis: server.address, jobs: size.lifecycle })),

  latency: async (server, contestant) => {
    const { samples_ms: samples } = await run(contestant, 'latency', { redis: server.address, samples: size.samples });
    samples.sort((a, b) => a - b);
    return { 'p50 ms': percentile(samples, 0.5), 'p99 ms': percentile(samples, 0.99) };
  },

  idle: async (server, contestant) => {
    let sent = 0;
    let inScripts = 0;
    await run(contestant, 'idle', { redis: server.address }, async () => {
      await pause(2000); // what it does once at its start is not what it does while idle
      // INFO counts what scripts call as well; MONITOR tells the two apart. Nothing is measured in time here.
      const monitor = net.connect(server.port, '127.0.0.1', () => monitor.write('MONITOR\r\n'));
      createInterface({ input: monitor }).on('line', (line) => {
        if (/^\+[\d.]+ \[\d+ lua\] /.test(line)) ++inScripts;
        else if (/^\+[\d.]+ \[/.test(line)) ++sent;
      });
      await pause(size.idleSeconds * 1000);
      monitor.destroy();
    });
    return { 'commands sent/s': sent / size.idleSeconds, 'called in scripts/s': inScripts / size.idleSeconds };
  },

  /** What a console asks, with a thousand jobs and with a million: ms and how many times as long. */
  views: async (server, contestant) => {
    const medians = async (jobs) => {
      await clean(server);
      const { samples_ms: samplesOf } = await run(contestant, 'views', { redis: server.address, jobs, samples: 300 });
      return Object.entries(samplesOf).map(([name, samples]) => [name, percentile(samples.sort((a, b) => a - b), 0.5)]);
    };
    const few = await medians(1000);
    const many = Object.fromEntries(await medians(size.views));
    return Object.fromEntries(few.map(([name, ms]) => [name, { few: ms, many: many[name], times: many[name] / ms }]));
  },

  memory: async (server, contestant) => {
    const figures = {};
    for (const payload of [18, 400]) {
      for (const state of contestant.keepsNothing ? ['pending'] : ['pending', 'finished']) {
        await clean(server);
        const used = async () => Number(await server.redis.info('memory', 'used_memory'));
        const before = await used();
        await run(contestant, state, { redis: server.address, jobs: size.memory, payload });
        while ((await server.redis.info('clients', 'connected_clients')) !== '1') await pause(20);
        figures[`${state} ${payload} B`] = ((await used()) - before) / size.memory;
      }
    }
    return figures;
  },
};

// --- the report ----------------------------------------------------------------------------------------------------

function summary(numbers) {
  const sorted = numbers.filter((n) => n !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { median: percentile(sorted, 0.5), min: sorted[0], max: sorted.at(-1) };
}

const digits = (n) => (n >= 1000 ? Math.round(n).toLocaleString('en') : n >= 100 ? n.toFixed(0) : n.toFixed(2));

function cell(s) {
  if (!s) return '–';
  return digits(s.min) === digits(s.max) ? digits(s.median) : `${digits(s.median)} [${digits(s.min)} – ${digits(s.max)}]`;
}

function printTable(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (row) => '| ' + row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join(' | ') + ' |';
  console.log('\n' + line(rows[0]));
  console.log('|' + widths.map((w, i) => (i === 0 ? '-'.repeat(w + 2) : '-'.repeat(w + 1) + ':')).join('|') + '|');
  for (const row of rows.slice(1)) console.log(line(row));
}

/** A line a question, for they have nobody beside them but themselves. */
function reportViews(rounds) {
  const table = Object.fromEntries(Object.keys(rounds[0]).map((name) => [
    name,
    Object.fromEntries(['few', 'many', 'times'].map((figure) => [figure, summary(rounds.map((one) => one[name][figure]))])),
  ]));
  printTable([
    ['views', '1,000 jobs: ms', `${size.views.toLocaleString('en')} jobs: ms`, 'times'],
    ...Object.entries(table).map(([name, { few, many, times }]) => [name, cell(few), cell(many), cell(times)]),
  ]);
  return table;
}

/** rounds: contestant name → one object of figures a round. */
function report(scenario, rounds) {
  if (scenario === 'views') return reportViews(rounds.signalbox);
  const names = [...new Set(Object.values(rounds).flatMap((all) => Object.keys(all[0])))];
  const ours = rounds.signalbox;
  const table = {};
  for (const [name, all] of Object.entries(rounds)) {
    table[name] = Object.fromEntries(names.map((figure) => [figure, summary(all.map((one) => one[figure]))]));
    if (!ours || name === 'signalbox') continue;
    if (scenario === 'idle') continue; // next to nothing ÷ nothing says nothing
    const ratios = all.map((one, round) => ours[round][names[0]] / one[names[0]]);
    table[name][`signalbox ÷ this, ${names[0]}`] = summary(ratios);
  }
  const columns = [...new Set(Object.values(table).flatMap((row) => Object.keys(row)))];
  printTable([[scenario, ...columns], ...Object.entries(table).map(([name, row]) => [name, ...columns.map((c) => cell(row[c]))])]);
  return table;
}

const server = await startServer();
server.address = `127.0.0.1:${server.port}`;
const conditions = {
  date: new Date().toISOString().slice(0, 10),
  cpus: os.cpus().length,
  cpu: os.cpus()[0]?.model,
  kernel: os.release(),
  load_average_before: os.loadavg()[0],
  redis: await server.redis.info('server', 'redis_version'),
  node: process.version,
  appendfsync: args.appendfsync,
  runs: Number(args.runs),
  ...size,
};
console.log(`Redis ${conditions.redis} on loopback, appendfsync ${args.appendfsync}; ${conditions.cpus} × ${conditions.cpu}; `
  + `${conditions.date}; load before: ${conditions.load_average_before.toFixed(2)}`);
console.log(`${args.runs} interleaved runs; median [lowest – highest]`);

const results = {};
for (const scenario of scenarios) {
  const able = running.filter((c) => !c.lacks?.includes(scenario) && (scenario !== 'views' || c.name === 'signalbox'));
  if (able.length === 0) continue;
  const rounds = Object.fromEntries(able.map((c) => [c.name, []]));
  // Bytes and commands do not vary from run to run as times do: one round is enough.
  const count = scenario === 'memory' || scenario === 'idle' ? 1 : Number(args.runs);
  for (let round = 0; round < count; ++round) {
    for (const contestant of able) {
      process.stderr.write(`${scenario} ${round + 1}/${count} ${contestant.name} …\n`);
      await clean(server);
      rounds[contestant.name].push(await measure[scenario](server, contestant));
    }
  }
  results[scenario] = { summary: report(scenario, rounds), rounds };
}
if (args.json) fs.writeFileSync(args.json, JSON.stringify({ conditions, results }, null, 2) + '\n');
process.exit(0);
