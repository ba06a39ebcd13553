import { describe, expect, it } from '@jest/globals';
import type { flowcontrolv1 } from '#api';
import { asked } from '../authorization/test-attributes.js';
import { ClusterFlowControl, type Entering, type FlowLimits, type Release, TooManyRequests } from './flow-control.js';
import { widthOf } from './width.js';

const LIMITS: FlowLimits = {
  seats: 4,
  queueWait: 1000,
  requestsInFlight: 100,
  watches: 2,
  writesPerSecond: 10,
  objects: 100,
  storedBytes: 1e6,
};

const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] };

const schema = (name: string, level: string, precedence: number, subject: flowcontrolv1.Subject): flowcontrolv1.FlowSchema => ({
  kind: 'FlowSchema',
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  metadata: { name },
  spec: {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence: precedence,
    distinguisherMethod: { type: 'ByUser' },
    rules: [{ subjects: [subject], resourceRules: [everything] }],
  },
});

const level = (name: string, limited: flowcontrolv1.LimitedPriorityLevelConfiguration): flowcontrolv1.PriorityLevelConfiguration => ({
  kind: 'PriorityLevelConfiguration',
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  metadata: { name },
  spec: { type: 'Limited', limited },
});

const ANYBODY: flowcontrolv1.Subject = { kind: 'Group', group: { name: 'system:authenticated' } };
const ROBOT: flowcontrolv1.Subject = { kind: 'User', user: { name: 'robot' } };

function control(limits: Partial<FlowLimits> = {}) {
  const timers: Array<() => void> = [];
  let now = 0;
  const flows = new ClusterFlowControl({
    limits: () => ({ ...LIMITS, ...limits }),
    objects: {
      version: () => 1,
      flowSchemas: () => [schema('all', 'low', 9000, ANYBODY), schema('robots', 'tiny', 10, ROBOT)],
      priorityLevels: () => [
        level('low', {
          nominalConcurrencyShares: 90,
          borrowingLimitPercent: 100,
          limitResponse: { type: 'Queue', queuing: { queueLengthLimit: 2 } },
        }),
        level('tiny', { nominalConcurrencyShares: 10, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } }),
      ],
    },
    size: () => ({ objects: 99, bytes: 10 }),
    now: () => now,
    after(_wait, callback) {
      timers.push(callback);
      return () => void timers.splice(timers.indexOf(callback), 1);
    },
  });
  return { flows, timers, pass: (milliseconds: number) => (now += milliseconds) };
}

const settled = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

describe('flow control', () => {
  it('runs requests while there are seats; others wait in the queues of their flows, which are served in turn', async () => {
    const { flows } = control();
    const log: string[] = [];
    const releases = new Map<string, Release>();
    const enter = (user: string, name: string, width = 2) =>
      flows.enter(asked(user), width).then(
        (release) => {
          log.push(name);
          releases.set(name, release);
        },
        () => log.push(`${name} refused`),
      );
    const all = [enter('a', 'a1'), enter('a', 'a2'), enter('a', 'a3'), enter('a', 'a4'), enter('a', 'a5'), enter('b', 'b1')];
    await settled();
    expect(log.splice(0)).toEqual(['a1', 'a2', 'a5 refused']);
    releases.get('a1')?.();
    releases.get('a1')?.();
    await settled();
    expect(log.splice(0)).toEqual(['a3']);
    releases.get('a2')?.();
    await settled();
    expect(log.splice(0)).toEqual(['b1']);
    releases.get('a3')?.();
    await Promise.all(all);
    expect(log).toEqual(['a4']);
  });

  it('rejects at once if the level says so, and an idle level runs a request that is wider than itself', async () => {
    const { flows } = control();
    const release = await flows.enter(asked('robot'), 3);
    await expect(flows.enter(asked('robot'), 1)).rejects.toThrow(TooManyRequests);
    release();
    (await flows.enter(asked('robot'), 1))();
  });

  it('says why a request gets no seats, and how the levels stand', async () => {
    const { flows, timers } = control({ requestsInFlight: 4 });
    const abouts = Array.from({ length: 6 }, (): Entering => ({ flow: undefined, seats: 0, rejection: undefined }));
    const users = ['robot', 'robot', 'a', 'a', 'a', 'a'];
    const entering = users.map((user, i) => flows.enter(asked(user), i === 2 ? 9 : 1, abouts[i]).catch((error: unknown) => error));
    await settled();
    expect(flows.state()).toMatchObject({
      levels: [
        { name: 'low', nominal: 4, exempt: false },
        { name: 'tiny', nominal: 1, exempt: false },
      ],
      waiting: [{ flow: { schema: 'all' }, requests: 2 }],
    });
    timers[0]?.();
    const answers = await Promise.all(entering);
    expect(answers.map((answer) => answer instanceof TooManyRequests)).toEqual([false, true, true, false, true, true]);
    expect(abouts.map(({ flow, seats, rejection }) => [flow?.level.name, seats, rejection])).toEqual([
      ['tiny', 1, undefined],
      ['tiny', 1, 'concurrency-limit'],
      ['low', 4, 'time-out'],
      ['low', 1, undefined],
      ['low', 1, 'queue-full'],
      ['low', 1, 'queue-full'],
    ]);
  });

  it('rejects requests that have waited too long', async () => {
    const { flows, timers } = control();
    await flows.enter(asked('a'), 4);
    const late = flows.enter(asked('a'), 1);
    timers[0]?.();
    await expect(late).rejects.toThrow('Too many requests, please try again later.');
  });

  it('limits requests in flight and watches', async () => {
    const { flows } = control({ requestsInFlight: 1 });
    await flows.enter(asked('a'), 1);
    await expect(flows.enter(asked('b'), 1)).rejects.toThrow(TooManyRequests);
    const close = flows.watch();
    flows.watch();
    expect(() => flows.watch()).toThrow(TooManyRequests);
    close();
    close();
    flows.watch();
    expect(() => flows.watch()).toThrow(TooManyRequests);
  });

  it('limits writes per second, but not reads', async () => {
    const { flows, pass } = control();
    const write = async () => (await flows.enter(asked('a', { verb: 'update' }), 1))();
    for (let i = 0; i < 10; i++) await write();
    await expect(write()).rejects.toThrow(TooManyRequests);
    (await flows.enter(asked('a'), 1))();
    pass(100);
    await write();
    await expect(write()).rejects.toThrow(TooManyRequests);
  });

  it('rejects creations in a full cluster', async () => {
    const { flows } = control({ objects: 99 });
    await expect(flows.enter(asked('a', { verb: 'create', name: '' }), 1)).rejects.toMatchObject({
      status: {
        code: 403,
        message: 'pods is forbidden: exceeded quota: organization, requested: objects=1, used: objects=99, limited: objects=99',
      },
    });
    (await flows.enter(asked('a', { verb: 'delete' }), 1))();
  });

  it('rejects updates where a quarter more than allowed is stored, and deletions never', async () => {
    const outcome = async (storedBytes: number, verb: string) => {
      const { flows } = control({ storedBytes });
      return flows.enter(asked('a', { verb }), 1).then(
        () => 'passes',
        (error: { status: { code: number } }) => error.status.code,
      );
    };
    const verbs = ['create', 'update', 'patch', 'delete'];
    const outcomes = async (storedBytes: number) => Promise.all(verbs.map((verb) => outcome(storedBytes, verb)));
    expect(await outcomes(11)).toEqual(['passes', 'passes', 'passes', 'passes']);
    expect(await outcomes(9)).toEqual([403, 'passes', 'passes', 'passes']);
    expect(await outcomes(8)).toEqual([403, 403, 403, 'passes']);
  });
});

it.each([
  ['a get', { verb: 'get', name: 'x' }, { objects: () => 5000, body: 0 }, 1],
  ['a short list', { verb: 'list', name: '' }, { objects: () => 100, body: 0 }, 1],
  ['a long list', { verb: 'list', name: '' }, { objects: () => 1001, body: 0 }, 11],
  ['a very long list', { verb: 'list', name: '' }, { objects: () => 1e6, body: 0 }, 16],
  ['a list of one by its name', { verb: 'list', name: 'x' }, { objects: () => 5000, body: 0 }, 1],
  ['a large body', { verb: 'create', name: '' }, { objects: () => 0, body: 1024 * 1024 }, 8],
])('%s', (_what, attributes, width, seats) => {
  expect(widthOf(attributes, width)).toBe(seats);
});
