// BullMQ as a contestant; the contract is in ../contestant.mjs.
import { Queue, Worker } from 'bullmq';

import * as bench from '../contestant.mjs';

const options = bench.readOptions();
const connection = { host: options.host, port: options.port, maxRetriesPerRequest: null };
const queue = new Queue('bench', { connection });
const data = bench.payload(options.payloadBytes);

// Bulk in chunks of 1,000: larger ones gained nothing.
const submit = (keep) =>
  bench.inChunks(options.jobs, 1000, (count) =>
    queue.addBulk(Array.from({ length: count }, () => ({
      name: 'noop',
      data,
      opts: { removeOnComplete: !keep },
    }))));

async function makeWorker(handler) {
  const worker = new Worker('bench', handler, { connection, concurrency: options.concurrency ?? 100, autorun: false });
  await worker.waitUntilReady();
  return worker;
}

/** Runs until options.jobs are completed; `meanwhile` goes on beside it. */
async function work(meanwhile) {
  const all = bench.countdown(options.jobs);
  const worker = await makeWorker(async () => ({ ok: true }));
  worker.on('completed', all.tick);
  const window = await bench.Window.begin(options);
  worker.run();
  await meanwhile?.();
  await all.finished;
  const answer = await window.end(options.jobs);
  await worker.close();
  return answer;
}

const scenarios = {
  drain: async () => {
    await submit(false);
    return work();
  },
  lifecycle: () => work(() => submit(true)),
  latency: () =>
    bench.measureLatency(options.samples, async (started) => {
      const worker = await makeWorker(async () => started());
      worker.run();
      return () => queue.add('noop', data, { removeOnComplete: true });
    }),
  pending: async () => {
    await submit(true);
    return { jobs: options.jobs };
  },
  finished: () => work(() => submit(true)),
  idle: async () => {
    const worker = await makeWorker(async () => {});
    worker.run();
    bench.print({ ready: true });
    await bench.inputEnds();
    return {};
  },
};

await queue.waitUntilReady();
bench.print(await scenarios[options.scenario]());
process.exit(0);
