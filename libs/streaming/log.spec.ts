import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { STREAM_LIMITS } from './limits.js';
import { streamProviders } from './providers.js';
import { runningPod, settle } from './test-client.js';

const pods = '/api/v1/namespaces/default/pods';
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await testCluster({ providers: streamProviders });
  await cluster.call('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } });
  const command = ['sh', '-c', 'i=0; while [ $i -lt 2500 ]; do echo line $i; i=$((i+1)); done; while true; do sleep 10; date +%S; done'];
  await cluster.call('POST', pods, { body: runningPod('box', { image: 'busybox', command }) });
});

/** The reader of a followed log. */
class Reader {
  readonly chunks: string[] = [];
  blocked = false;
  ended = false;

  write(chunk: string | Uint8Array): boolean {
    this.chunks.push(Buffer.from(chunk as string).toString());
    return !this.blocked;
  }

  end(): void {
    this.ended = true;
  }

  get lines(): string[] {
    return this.chunks.join('').split('\n').slice(0, -1);
  }
}

test('a followed log is sent as it is read, goes on with what is printed later, and ends with its pod', async () => {
  const { response } = await cluster.call('GET', `${pods}/box/log?follow=true`);
  const reader = new Reader();
  reader.blocked = true;
  response.stream?.start(reader);
  await settle();
  const first = reader.lines.length;
  response.stream?.drained();
  await settle();
  expect([first, reader.lines.length]).toEqual([1000, 2000]);
  reader.blocked = false;
  response.stream?.drained();
  await settle();
  expect(reader.lines.slice(0, 2500)).toEqual(Array.from({ length: 2500 }, (_, at) => `line ${at}`));
  const before = reader.lines.length;
  await cluster.clock.advance(20_000);
  cluster.timers.pass(STREAM_LIMITS.followEvery);
  await settle();
  expect([reader.lines.length - before, reader.ended]).toEqual([2, false]);
  await cluster.call('DELETE', `${pods}/box?gracePeriodSeconds=0`);
  cluster.timers.pass(STREAM_LIMITS.followEvery);
  await settle();
  expect([reader.ended, cluster.timers.waiting]).toEqual([true, []]);
});

test('the last lines, up to a number of bytes', async () => {
  await cluster.call('POST', pods, { body: runningPod('short', { image: 'busybox', command: ['sh', '-c', 'seq 9; sleep 1000'] }) });
  const { response } = await cluster.call('GET', `${pods}/short/log?follow=true&tailLines=3&limitBytes=5`);
  const reader = new Reader();
  response.stream?.start(reader);
  await settle();
  expect([reader.chunks.join(''), reader.ended]).toEqual(['7\n8\n9', true]);
});
