import { expect, test } from '@jest/globals';
import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { atStart, SyncedObjects, syncPeriod } from './versions.js';
import type { MachineWorld } from './world.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const time = (seconds: number): string => new Date(START + seconds * 1000).toISOString().replace('.000', '');

interface Version {
  revision: number;
  seconds: number;
  value: string;
  immutable?: boolean;
  deleted?: boolean;
  /** When it was made; default before the pod. */
  made?: number;
}

/** A ConfigMap with its versions; undefined where it is deleted. */
function settingsOf({ revision, seconds, value, immutable, deleted, made = -100 }: Version): corev1.ConfigMap | undefined {
  if (deleted) return undefined;
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: time(seconds) }];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', resourceVersion: String(revision), creationTimestamp: time(made), managedFields },
    data: { value },
    ...(immutable ? { immutable } : {}),
  };
}

/** A pod that was created at 0, started at revision 20, and written last at revision 30, five seconds later. */
function podAt(revision: number): corev1.Pod {
  const managedFields = [{ manager: 'kubelet', operation: 'Update', time: time(revision >= 30 ? 5 : 0) }];
  const started = { name: 'c', image: '', imageID: '', ready: true, restartCount: 0, containerID: 'containerd://1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'ns', uid: 'u', resourceVersion: String(revision), creationTimestamp: time(0), managedFields },
    spec: { containers: [] },
    ...(revision >= 20 ? { status: { containerStatuses: [{ ...started, state: { running: { startedAt: time(0) } } }] } } : {}),
  };
}

function objectsOf(versions: readonly Version[]): MachineWorld['objects'] {
  const settings = (revision: number) => {
    const found = versions.findLast((version) => version.revision <= revision);
    return found && settingsOf(found);
  };
  const past = (resource: string, revision: number) => {
    if (resource === 'configmaps') return settings(revision);
    const found = [10, 20, 30].findLast((each) => each <= revision);
    return found === undefined ? undefined : podAt(found);
  };
  return {
    get: async <T extends KubeObject>(_group: string, resource: string) => past(resource, 1_000) as T | undefined,
    list: async () => [],
    past: async <T extends KubeObject>(_group: string, resource: string, _namespace: string, _name: string, revision: number) =>
      past(resource, revision) as T | undefined,
  };
}

const pod = podAt(30);
const period = syncPeriod(pod) / 1000;

const settingIn = async (objects: MachineWorld['objects']): Promise<string | undefined> =>
  (await objects.get<corev1.ConfigMap>('', 'configmaps', 'ns', 'settings'))?.data?.value;

const older: Version = { revision: 1, seconds: -50, value: 'old' };

test.each<[string, Version[], Array<[seconds: number, value: string | undefined]>]>([
  ['one that was not changed', [older], [[0, 'old']]],
  [
    'a change is seen at the next sync',
    [older, { revision: 40, seconds: 10, value: 'new' }],
    [
      [10, 'old'],
      [5 + period - 1, 'old'],
      [5 + period, 'new'],
    ],
  ],
  [
    'a change before the pod was written last is seen by then',
    [older, { revision: 25, seconds: 3, value: 'new' }],
    [
      [4, 'old'],
      [5, 'new'],
    ],
  ],
  [
    'a change in the second in which the pod was written last, and after it',
    [older, { revision: 31, seconds: 5, value: 'new' }],
    [
      [5, 'old'],
      [5 + period, 'new'],
    ],
  ],
  [
    'several changes',
    [older, { revision: 40, seconds: 10, value: 'new' }, { revision: 50, seconds: 20 + period, value: 'newer' }],
    [
      [5, 'old'],
      [5 + period, 'new'],
      [5 + 2 * period, 'newer'],
    ],
  ],
  [
    'an optional one that is made later',
    [{ revision: 40, seconds: 10, value: 'new', made: 10 }],
    [
      [5, undefined],
      [5 + period, 'new'],
    ],
  ],
  ['a deletion is not seen', [older, { revision: 40, seconds: 10, value: '', deleted: true }], [[1000, 'old']]],
  [
    'nor that one which cannot change is made anew',
    [
      { ...older, immutable: true },
      { revision: 40, seconds: 10, value: '', deleted: true },
      { revision: 41, seconds: 11, value: 'new' },
    ],
    [[1000, 'old']],
  ],
])('volumes: %s', async (_, versions, wanted) => {
  const synced = new SyncedObjects(objectsOf(versions), pod, START);
  for (const [seconds, value] of wanted) expect([seconds, await settingIn(synced.at(START + seconds * 1000))]).toEqual([seconds, value]);
});

test('when a volume changes', async () => {
  const synced = new SyncedObjects(objectsOf([older, { revision: 40, seconds: 10, value: 'new' }]), pod, START);
  await settingIn(synced.at(START));
  expect(await synced.changes(START, START + 1_000_000)).toEqual([START + (5 + period) * 1000]);
  expect(await synced.changes(START, START + 20_000)).toEqual([]);
});

test.each<[string, Version[], string | undefined]>([
  ['one that was not changed', [older], 'old'],
  ['a change before the start', [older, { revision: 15, seconds: 0, value: 'new' }], 'new'],
  ['a change after the start', [older, { revision: 25, seconds: 0, value: 'new' }], 'old'],
  ['a deletion after the start', [older, { revision: 25, seconds: 0, value: '', deleted: true }], 'old'],
])('variables: %s', async (_, versions, value) => {
  const start = atStart({ objects: objectsOf(versions) }, pod, 'containerd://1');
  expect([await settingIn(start.objects), (await start.pod()).metadata.resourceVersion]).toEqual([value, '20']);
});

test('a container whose start has not been written yet has the newest', async () => {
  const start = atStart({ objects: objectsOf([older, { revision: 40, seconds: 10, value: 'new' }]) }, pod, 'containerd://2');
  expect(await settingIn(start.objects)).toBe('new');
});
