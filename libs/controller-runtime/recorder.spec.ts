import { expect, it } from '@jest/globals';
import { alreadyExists, type KubeObject } from '#apimachinery';
import type { Client } from '#client';
import { createRecorder } from './recorder.js';

const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u' } };
const random = { draw: () => ({ next: () => 0, uuid: () => 'id' }) };

/** A recorder over a client whose creations end as the test says. */
function setUp() {
  const created: Array<{ queued(): void; end(error?: Error): void }> = [];
  const client = {
    createOnly: (_resource: unknown, _object: unknown, queued: () => void) =>
      new Promise<void>((resolve, reject) => {
        created.push({ queued, end: (error) => (error ? reject(error) : resolve()) });
      }),
  } as unknown as Client;
  const options = { client, clock: { now: () => 0 }, component: 'kubelet', random: random as never };
  const sink = createRecorder(options);
  const recorder = sink.through(client);
  const settled: string[] = [];
  const note = (name: string, promise: Promise<void>) => void promise.then(() => settled.push(name));
  return { created, sink, recorder, settled, note };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('tells when the events are queued before they are written', async () => {
  const { created, sink, recorder, settled, note } = setUp();
  note('nothing', recorder.queued());
  recorder.normal(pod, 'Created', 'Created container');
  recorder.normal(pod, 'Started', 'Started container');
  note('queued', recorder.queued());
  note('flushed', sink.flushed());
  await turn();
  created[0]?.queued();
  await turn();
  expect(settled).toEqual(['nothing']);
  created[1]?.queued();
  await turn();
  expect(settled).toEqual(['nothing', 'queued']);
  for (const { end } of created) end();
  await turn();
  expect(settled).toEqual(['nothing', 'queued', 'flushed']);
});

it('does not wait for events that are dropped, and counts one that is tried again once', async () => {
  const { created, recorder, settled, note } = setUp();
  recorder.normal(pod, 'Created', 'Created container');
  recorder.normal(pod, 'Started', 'Started container');
  note('queued', recorder.queued());
  await turn();
  created[0]?.queued();
  created[0]?.end(alreadyExists({ group: '', resource: 'events' }, 'web'));
  await turn();
  created[2]?.queued();
  await turn();
  expect([created.length, settled]).toEqual([3, []]);
  created[1]?.end(new Error('forbidden'));
  await turn();
  expect(settled).toEqual(['queued']);
});
