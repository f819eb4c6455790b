// What the two Node contestants share: the command line, the payload, and the measured window.
//
// Every contestant, in any language, is one program with the same contract:
//
//   PROGRAM SCENARIO --redis HOST:PORT [--jobs N] [--payload BYTES] [--concurrency N] [--samples N]
//
//   drain      N no-op jobs are there already (not measured); measured: from the worker's start to the last job's end
//   lifecycle  measured: N jobs submitted in bulk, run and kept with their result, all at once in one process
//   latency    one job at a time into a quiet pool: each sample is submit called -> handler begins, in ms
//   pending    submits N jobs, and leaves
//   finished   submits and runs N jobs that are kept with their result, and leaves
//   idle       starts a worker, prints {"ready": true}, and goes when its standard input ends
//
// and prints one JSON object: jobs, seconds, worker_cpu_s, server_cpu_s, or samples_ms.
import net from 'node:net';
import { parseArgs } from 'node:util';

export function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      redis: { type: 'string' },
      jobs: { type: 'string', default: '20000' },
      payload: { type: 'string', default: '18' },
      concurrency: { type: 'string' },
      samples: { type: 'string', default: '1000' },
    },
  });
  const [host, port] = values.redis.split(':');
  return {
    scenario: positionals[0],
    host,
    port: Number(port),
    jobs: Number(values.jobs),
    payloadBytes: Number(values.payload),
    concurrency: values.concurrency && Number(values.concurrency),
    samples: Number(values.samples),
  };
}

/** An object whose JSON is exactly so many bytes long. */
export function payload(bytes) {
  const frame = JSON.stringify({ n: '' }).length;
  return { n: 'x'.repeat(bytes - frame) };
}

export function print(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n');
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const inputEnds = () =>
  new Promise((resolve) => process.stdin.on('end', resolve).on('close', resolve).resume());

/** Resolves once it was called `wanted` times. */
export function countdown(wanted) {
  let left = wanted;
  let done;
  const finished = new Promise((resolve) => { done = resolve; });
  return { finished, tick: () => { if (--left === 0) done(); } };
}

/** Calls submit(chunk) for `jobs` jobs, `size` at a time, one chunk after the other. */
export async function inChunks(jobs, size, submit) {
  for (let from = 0; from < jobs; from += size) await submit(Math.min(size, jobs - from));
}

/** Wall time and the CPU of this process and of the server, between two moments. */
export class Window {
  static async begin(options) {
    const window = new Window();
    window.options = options;
    window.serverCpu = await serverCpu(options);
    window.cpu = process.cpuUsage();
    window.from = process.hrtime.bigint();
    return window;
  }

  async end(jobs) {
    const seconds = Number(process.hrtime.bigint() - this.from) / 1e9;
    const cpu = process.cpuUsage(this.cpu);
    return {
      jobs,
      seconds,
      worker_cpu_s: (cpu.user + cpu.system) / 1e6,
      server_cpu_s: (await serverCpu(this.options)) - this.serverCpu,
    };
  }
}

/** By a connection of its own, so that it says the same whichever client library is measured. */
function serverCpu({ host, port }) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(port, host, () => socket.write('INFO cpu\r\n'));
    socket.setEncoding('utf8').on('error', reject).on('data', (data) => {
      text += data;
      const user = /used_cpu_user:([\d.]+)\r/.exec(text);
      const system = /used_cpu_sys:([\d.]+)\r/.exec(text);
      if (user && system) {
        socket.destroy();
        resolve(Number(user[1]) + Number(system[1]));
      }
    });
  });
}

/** One job at a time into a quiet pool. `submit()` starts one job; the handler calls the returned `started`. */
export async function measureLatency(samples, connectSubmit) {
  let begun;
  let submittedAt;
  const samplesMs = [];
  const started = () => {
    samplesMs.push(Number(process.hrtime.bigint() - submittedAt) / 1e6);
    begun();
  };
  const submit = await connectSubmit(started);
  const warmUp = 50;
  for (let i = 0; i < samples + warmUp; ++i) {
    const running = new Promise((resolve) => { begun = resolve; });
    submittedAt = process.hrtime.bigint();
    await submit();
    await running;
    await pause(5); // the job ends, and the worker is back in its blocking read: the pool is quiet again
  }
  return { samples_ms: samplesMs.slice(warmUp) };
}
