import { expect, it } from '@jest/globals';
import { type corev1, Event, Pod } from '#api';
import { ClusterFaults, type LocalCluster } from '#cluster';
import { logOf, podOf, start, story, summary } from './pod-stories.js';

const ARTIFACT = 'quay.io/crio/artifact:v2';
const volumeOf = (image: corev1.ImageVolumeSource, name = 'volume'): corev1.Volume => ({ name, image });
const shell = (script: string, mount: Partial<corev1.VolumeMount> = {}, name = 'c'): corev1.Container => ({
  name,
  image: 'busybox:1.36',
  command: ['sh', '-c', script],
  volumeMounts: [{ name: 'volume', mountPath: '/volume', ...mount }],
});

async function create(spec: Partial<corev1.PodSpec>, cluster?: LocalCluster): Promise<LocalCluster> {
  const opened = cluster ?? (await start());
  await opened.client.create(Pod, podOf({ nodeName: 'worker-1', ...spec }));
  await opened.advance(5_000);
  return opened;
}

/** The events of the pod and of its containers. */
const eventsOf = async ({ client }: LocalCluster): Promise<string[]> =>
  (await client.list(Event, { namespace: 'default' })).items
    .filter(({ involvedObject }) => involvedObject.name === 'web')
    .map(({ reason, message, involvedObject }) => `${reason}${involvedObject.fieldPath ? ' (c)' : ''}: ${message}`);
const shown = async ({ client }: LocalCluster): Promise<string> => summary(await client.get(Pod, 'web', 'default'));
const waiting = async ({ client }: LocalCluster): Promise<corev1.ContainerStateWaiting | undefined> =>
  (await client.get(Pod, 'web', 'default')).status?.containerStatuses?.[0]?.state?.waiting;

it('kubelet: the image of a volume is pulled before those of containers, and mounted read-only', async () => {
  const script = 'cat /volume/dir/file /volume/file; touch /volume/x; mount | grep /volume; sleep 600';
  const cluster = await create({ containers: [shell(script)], volumes: [volumeOf({ reference: ARTIFACT })] });
  expect(await logOf(cluster)).toEqual([
    '1',
    '2',
    'touch: /volume/x: Read-only file system',
    'overlay on /volume type overlay (ro,relatime)',
  ]);
  expect((await eventsOf(cluster)).map((event) => event.replace(/ in \d.*/, ''))).toEqual([
    `Pulling: Pulling image "${ARTIFACT}"`,
    `Pulled: Successfully pulled image "${ARTIFACT}"`,
    'Pulling (c): Pulling image "busybox:1.36"',
    'Pulled (c): Successfully pulled image "busybox:1.36"',
    'Created (c): Container created',
    'Started (c): Container started',
  ]);
});

it('kubelet: a directory of an image', async () => {
  const volumes = [volumeOf({ reference: 'registry.k8s.io/e2e-test-images/kitten:1.8' })];
  const cluster = await create({ containers: [shell('grep root: /volume/passwd; sleep 600', { subPath: 'etc' })], volumes });
  expect(await logOf(cluster)).toEqual(['root:x:0:0:root:/root:/bin/sh']);
});

it.each([
  ['not-there', /failed to ensure image subpath "not-there" in "\/run\/containerd\/.*": openat not-there: no such file or directory$/],
  ['file', /: only directory subpath is supported, subpath: "file", mountpoint: ".*" $/],
])('kubelet: no container is created for the subPath %s of an image', async (subPath, want) => {
  const cluster = await create({ containers: [shell('sleep 600', { subPath })], volumes: [volumeOf({ reference: ARTIFACT })] });
  expect(await waiting(cluster)).toEqual({ reason: 'CreateContainerError', message: expect.stringMatching(want) });
});

it('kubelet: containers wait for an image of a volume that they mount and that does not exist', async () => {
  const reference = 'quay.io/crio/no-such-artifact:v1';
  const other = { ...shell('sleep 600', {}, 'd'), volumeMounts: [] };
  const cluster = await create({ containers: [shell('sleep 600'), other], volumes: [volumeOf({ reference })] });
  const error = /^rpc error: code = NotFound desc = failed to pull and unpack image "quay\.io\/crio\/no-such-artifact:v1":/;
  expect(await shown(cluster)).toBe('Pending c=ImagePullBackOff d=running+ready');
  expect(await waiting(cluster)).toEqual({
    reason: 'ImagePullBackOff',
    message: expect.stringContaining(`Back-off pulling image "${reference}": ErrImagePull: rpc error: code = NotFound`),
  });
  const events = await eventsOf(cluster);
  expect(
    events.filter(
      (event) => !event.includes('Pulled (c)') && !event.includes('Pulling (c)') && !event.includes('tarted') && !event.includes('reated'),
    ),
  ).toEqual([
    `Pulling: Pulling image "${reference}"`,
    expect.stringMatching(/^Failed: Failed to pull image "quay\.io\/crio\/no-such-artifact:v1": rpc error/),
    'Failed (c): Error: ErrImagePull',
    `BackOff: Back-off pulling image "${reference}"`,
    'Failed (c): Error: ImagePullBackOff',
  ]);
  expect(error.test((await waiting(cluster))?.message?.split('ErrImagePull: ')[1] ?? '')).toBe(true);
  await cluster.advance(120_000);
  // Of the volume after 10, 20 and 40 s more, and of the other container.
  expect((await story(cluster)).filter((line) => line === '(Pulling)').length).toBe(5);
});

it('kubelet: pull policies of image volumes', async () => {
  const never = [volumeOf({ reference: ARTIFACT, pullPolicy: 'Never' })];
  const cluster = await create({ containers: [shell('sleep 600')], volumes: never });
  const message = `Container image "${ARTIFACT}" is not present with pull policy of Never`;
  expect([await waiting(cluster), (await eventsOf(cluster)).slice(0, 2)]).toEqual([
    { reason: 'ErrImageNeverPull', message },
    [`ErrImageNeverPull: ${message}`, 'Failed (c): Error: ErrImageNeverPull'],
  ]);
  await cluster.client.create(
    Pod,
    podOf({ nodeName: 'worker-1', containers: [shell('sleep 600')], volumes: [volumeOf({ reference: ARTIFACT })] }, 'puller'),
  );
  await cluster.advance(30_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
});

it('kubelet: a container that is started again looks for the images of its volumes again', async () => {
  const cluster = await create({ containers: [shell('sleep 3; exit 1')], volumes: [volumeOf({ reference: ARTIFACT })] });
  await cluster.advance(4_000);
  expect((await eventsOf(cluster)).filter((event) => event.startsWith('Pulled: '))).toEqual([
    expect.stringMatching(/^Pulled: Successfully/),
    `Pulled: Container image "${ARTIFACT}" already present on machine and can be accessed by the pod`,
  ]);
});

it('kubelet: faults of pulls hold for the images of volumes, too', async () => {
  const cluster = await start();
  await new ClusterFaults(cluster.api).inject({ type: 'fail-pull', image: '*artifact*' });
  await create({ containers: [shell('sleep 600')], volumes: [volumeOf({ reference: ARTIFACT })] }, cluster);
  expect(await shown(cluster)).toBe('Pending c=ImagePullBackOff');
});
