// bee-queue as a contestant; the contract is in ../contestant.mjs.
import BeeQueue from 'bee-queue';

import * as bench from '../contestant.mjs';

const options = bench.readOptions();
const data = bench.payload(options.payloadBytes);

// Its README's settings for speed: no events between processes, no jobs kept in memory.
const open = (keep) =>
  new BeeQueue('bench', {
    redis: { host: options.host, port: options.port },
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: !keep,
  });

const submit = (queue) =>
  bench.inChunks(options.jobs, 1000, (count) =>
    queue.saveAll(Array.from({ length: count }, () => queue.createJob(data))));

/** Runs until options.jobs have succeeded; `meanwhile` goes on beside it. */
async function work(queue, meanwhile) {
  const all = bench.countdown(options.jobs);
  queue.on('succeeded', all.tick);
  const window = await bench.Window.begin(options);
  queue.process(options.concurrency ?? 100, async () => ({ ok: true }));
  await meanwhile?.();
  await all.finished;
  return window.end(options.jobs);
}

const ready = async (queue) => {
  await queue.ready();
  return queue;
};

const scenarios = {
  drain: async () => {
    const queue = await ready(open(false));
    await submit(queue);
    return work(queue);
  },
  lifecycle: async () => {
    const queue = await ready(open(true));
    return work(queue, () => submit(queue));
  },
  latency: () =>
    bench.measureLatency(options.samples, async (started) => {
      const queue = await ready(open(false));
      queue.process(options.concurrency ?? 100, async () => started());
      return () => queue.createJob(data).save();
    }),
  pending: async () => {
    const queue = await ready(open(true));
    await submit(queue);
    return { jobs: options.jobs };
  },
  finished: async () => {
    const queue = await ready(open(true));
    return work(queue, () => submit(queue));
  },
  idle: async () => {
    const queue = await ready(open(false));
    queue.process(options.concurrency ?? 100, async () => {});
    bench.print({ ready: true });
    await bench.inputEnds();
    return {};
  },
};

bench.print(await scenarios[options.scenario]());
process.exit(0);
