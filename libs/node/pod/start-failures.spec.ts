import type { corev1 } from '#api';
import { nginx, podOf, REALISTIC, Story } from './story.js';
import type { PodWorld } from './world.js';

/** What a pod cannot be started without, in upstream's words. */

const eventsOf = (story: Story): string[] => story.events.map((event) => event.replace(' [spec.containers{c}]', ''));

const claimOf = (claim: Partial<corev1.PersistentVolumeClaim>): corev1.PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'ns', uid: 'claim' },
  spec: { volumeName: 'pv1' },
  status: { phase: 'Bound' },
  ...claim,
});
const volumeOf = (spec: Partial<corev1.PersistentVolumeSpec>): corev1.PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv1' },
  spec: { claimRef: { name: 'data', namespace: 'ns', uid: 'claim' }, ...spec },
});

describe('claims', () => {
  const pod = podOf({
    containers: [{ ...nginx, volumeMounts: [{ name: 'v', mountPath: '/data' }] }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
  });
  const deleted = { name: 'data', namespace: 'ns', uid: 'claim', deletionTimestamp: '2026-01-01T00:00:00Z' };

  test.each<[string, corev1.PersistentVolumeClaim | undefined, corev1.PersistentVolume | undefined, string]>([
    ['missing', undefined, undefined, 'failed to fetch PVC from API server: persistentvolumeclaims "data" not found'],
    ['unbound', claimOf({ spec: {}, status: { phase: 'Pending' } }), undefined, 'PVC is not bound'],
    ['lost', claimOf({ status: { phase: 'Lost' } }), undefined, 'PVC is not bound'],
    ['deleted and not protected', claimOf({ metadata: deleted }), volumeOf({}), 'PVC is being deleted'],
    ['without its volume', claimOf({}), undefined, 'failed to fetch PV pv1 from API server: persistentvolumes "pv1" not found'],
    [
      'of another volume',
      claimOf({}),
      volumeOf({ claimRef: { uid: 'other' } }),
      'found PV object pv1 but its pv.Spec.ClaimRef.UID other does not point to claim.UID claim',
    ],
  ])('%s', (_, claim, volume, error) => {
    const story = new Story(pod, { claim: () => claim, persistentVolume: () => volume });
    expect([story.summary, story.due && story.due - story.now]).toEqual(['Pending c=ContainerCreating', 10_000]);
    const message = `FailedMount: Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC ns/data: ${error}`;
    expect(story.events).toEqual([message]);
    story.pass(10_000);
    expect(story.events).toEqual([message, message]);
  });

  test('a block volume is not mounted', () => {
    const story = new Story(pod, { claim: () => claimOf({}), persistentVolume: () => volumeOf({ volumeMode: 'Block' }) });
    expect(story.events[0]).toMatch(/failed to process volumes=\[v\]: volume v has volumeMode Block, but is specified in volumeMounts$/);
  });

  test('a bound claim is used; one that is bound later, at the next sync', () => {
    const bound = { claim: () => claimOf({}), persistentVolume: () => volumeOf({}) };
    expect(new Story(pod, bound).summary).toBe('Running c=running+ready');
    let claim: corev1.PersistentVolumeClaim | undefined;
    const story = new Story(pod, { ...bound, claim: () => claim }).pass(5_000);
    claim = claimOf({});
    expect(story.pass(4_999).summary).toBe('Pending c=ContainerCreating');
    expect(story.pass(1).summary).toBe('Running c=running+ready');
  });
});

test('a projected volume tells all that is missing', () => {
  const sources = [{ configMap: { name: 'a' } }, { secret: { name: 'b' } }, { secret: { name: 'c', optional: true } }];
  const story = new Story(podOf({ containers: [nginx], volumes: [{ name: 'v', projected: { sources } }] }));
  expect(story.events).toEqual(['FailedMount: MountVolume.SetUp failed for volume "v" : [configmap "a" not found, secret "b" not found]']);
});

test.each<[corev1.HostPathVolumeSource, string | undefined]>([
  [{ path: '/made', type: 'Directory' }, undefined],
  [{ path: '/made', type: 'File' }, 'hostPath type check failed: /made is not a file'],
  [{ path: '/made-file', type: 'FileOrCreate' }, undefined],
  [{ path: '/etc', type: 'FileOrCreate' }, 'hostPath type check failed: /etc is not a file'],
  [{ path: '/etc/new', type: 'FileOrCreate' }, undefined],
  [{ path: '/no/such/file', type: 'FileOrCreate' }, 'open /no/such/file: no such file or directory'],
  [{ path: '/etc/hosts/file', type: 'FileOrCreate' }, 'open /etc/hosts/file: not a directory'],
  [{ path: '/no/such/directory', type: 'DirectoryOrCreate' }, undefined],
  [{ path: '/etc/hosts', type: 'DirectoryOrCreate' }, 'hostPath type check failed: /etc/hosts is not a directory'],
  [{ path: '/etc/hosts/a/b', type: 'DirectoryOrCreate' }, 'mkdir /etc/hosts: not a directory'],
  [{ path: '/dev/null', type: 'CharDevice' }, undefined],
  [{ path: '/dev/sda', type: 'BlockDevice' }, undefined],
  [{ path: '/run/containerd/containerd.sock', type: 'Socket' }, undefined],
  [{ path: '/etc/hosts', type: 'Socket' }, 'hostPath type check failed: /etc/hosts is not a socket file'],
])('a directory of the node: %j', (hostPath, error) => {
  const kinds: Record<string, 'directory' | 'file'> = { '/made': 'directory', '/made-file': 'file' };
  const story = new Story(podOf({ containers: [nginx], volumes: [{ name: 'v', hostPath }] }), { pathKind: (path) => kinds[path] });
  expect(story.events.filter((event) => event.startsWith('FailedMount'))).toEqual(
    error === undefined ? [] : [`FailedMount: MountVolume.SetUp failed for volume "v" : ${error}`],
  );
});

test('a host name that is too long as FQDN', () => {
  const story = new Story(podOf({ containers: [nginx], hostname: 'a'.repeat(63), subdomain: 'sub', setHostnameAsFQDN: true }));
  const name = `${'a'.repeat(63)}.sub.ns.svc.cluster.local`;
  expect(story.events).toEqual([
    `FailedCreatePodSandBox: Failed to create pod sandbox: failed to construct FQDN from pod hostname and cluster domain, FQDN ${name} is too long (64 characters is the max, ${name.length} characters requested)`,
  ]);
});

describe('a container', () => {
  const env = (valueFrom: corev1.EnvVarSource): Partial<corev1.Container> => ({ env: [{ name: 'A', valueFrom }] });
  const nonRoot = (more: Partial<corev1.SecurityContext> = {}) => ({ securityContext: { runAsNonRoot: true, ...more } });
  const configMap: Partial<PodWorld> = {
    configMap: () => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } }),
  };
  const where = '(pod: "web_ns(u1)", container: c)';

  test.each<[string, Partial<corev1.Container>, string, string, Partial<PodWorld>?]>([
    ['a ConfigMap', env({ configMapKeyRef: { name: 'x', key: 'k' } }), 'CreateContainerConfigError', 'configmap "x" not found'],
    [
      'a key',
      env({ configMapKeyRef: { name: 'x', key: 'k' } }),
      'CreateContainerConfigError',
      "couldn't find key k in ConfigMap ns/x",
      configMap,
    ],
    ['a Secret', { envFrom: [{ secretRef: { name: 'x' } }] }, 'CreateContainerConfigError', 'secret "x" not found'],
    ['a user but root', nonRoot(), 'CreateContainerConfigError', `container has runAsNonRoot and image will run as root ${where}`],
    ['another runAsUser', nonRoot({ runAsUser: 0 }), 'CreateContainerConfigError', `container's runAsUser breaks non-root policy ${where}`],
  ])('that lacks %s: %#', (_, more, reason, message, world = {}) => {
    const story = new Story(podOf({ containers: [{ ...nginx, ...more }] }), world);
    expect(eventsOf(story).slice(-1)).toEqual([`Failed: Error: ${message}`]);
    expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting).toEqual({ reason, message });
  });

  test.each<[string, string, string]>([
    ['Nginx', 'library/Nginx', 'Nginx'],
    ['ghcr.io/Acme/App:v1', 'Acme/App', 'ghcr.io/Acme/App:v1'],
  ])('a name in upper case: %s', (_, repository, image) => {
    const story = new Story(podOf({ containers: [{ name: 'c', image }] }));
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format: repository name (${repository}) must be lowercase`;
    expect(eventsOf(story)).toEqual([`InspectFailed: ${message}`, 'Failed: Error: InvalidImageName']);
    expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting).toEqual({ reason: 'InvalidImageName', message });
  });

  test('of an image without a program', () => {
    const story = new Story(podOf({ containers: [{ name: 'c', image: 'gcr.io/distroless/static-debian12' }] }));
    expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerError',
      message: expect.stringMatching(/^failed to generate container "[0-9a-f]{64}" spec: failed to generate spec: no command specified$/),
    });
  });

  test('whose program does not exist: RunContainerError, at the next sync again, then CrashLoopBackOff', () => {
    const story = new Story(podOf({ containers: [{ ...nginx, command: ['nope'] }] }), { profile: REALISTIC }).pass(2500);
    const error =
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nope": executable file not found in $PATH';
    expect(story.pod.status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'RunContainerError', message: error } });
    expect(story.pod.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: error,
    });
    story.pass(20_000);
    expect(story.writes.slice(1)).toEqual([
      'Running c=RunContainerError',
      'Running c=RunContainerError*1',
      'Running c=CrashLoopBackOff*1',
      'Running c=RunContainerError*2',
      'Running c=CrashLoopBackOff*2',
    ]);
    expect(eventsOf(story).slice(2, 6)).toEqual([
      'Created: Container created',
      `Failed: Error: ${error}`,
      expect.stringMatching(/^Pulled: /),
      'Created: Container created',
    ]);
  });

  test('that ends is terminated until the next sync, then restarted, then in back-off', () => {
    const container = { name: 'c', image: 'busybox', command: ['sh', '-c', 'exit 1'] };
    const story = new Story(podOf({ containers: [container] }), { profile: REALISTIC }).pass(20_000);
    expect(story.writes.slice(1)).toEqual([
      'Running c=Error(1)',
      'Running c=Error(1)*1',
      'Running c=CrashLoopBackOff*1',
      'Running c=Error(1)*2',
      'Running c=CrashLoopBackOff*2',
    ]);
  });

  test('that has run for ten minutes is restarted at once', () => {
    const container = { name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 601; exit 1'] };
    const story = new Story(podOf({ containers: [container] })).pass(601_000 * 3);
    expect(story.summary).toBe('Running c=running+ready*3');
    const shorter = new Story(podOf({ containers: [{ ...container, command: ['sh', '-c', 'sleep 500; exit 1'] }] })).pass(1_000_000);
    expect(shorter.summary).toBe('Running c=CrashLoopBackOff*1');
  });
});

describe('a private image', () => {
  const secretOf = (password: string): corev1.Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'regcred' },
    type: 'kubernetes.io/dockerconfigjson',
    data: {
      '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { 'ghcr.io': { username: 'me', password } } })).toString('base64'),
    },
  });
  const image = 'ghcr.io/acme/private:v1';
  const failed = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch`;
  const token = 'unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fprivate%3Apull&service=ghcr.io';
  const pod = podOf({ containers: [{ name: 'c', image }], imagePullSecrets: [{ name: 'regcred' }] });

  test('without its pull secret', () => {
    const story = new Story(pod);
    expect(eventsOf(story)).toEqual([
      'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
      `Pulling: Pulling image "${image}"`,
      `Failed: Failed to pull image "${image}": rpc error: code = Unknown desc = ${failed} anonymous token: ${token}: 401 Unauthorized`,
      'Failed: Error: ErrImagePull',
      `BackOff: Back-off pulling image "${image}"`,
      'Failed: Error: ImagePullBackOff',
    ]);
  });

  test('with a wrong password', () => {
    const story = new Story(pod, { secret: () => secretOf('wrong') });
    expect(eventsOf(story)[1]).toContain(`${failed} oauth token: ${token}: 401 Unauthorized`);
  });

  test('with the right one', () => {
    expect(new Story(pod, { secret: () => secretOf('s3cret') }).summary).toBe('Running c=running+ready');
  });

  test('that is on the node is not for pods without credentials', () => {
    const never = podOf({ containers: [{ name: 'c', image, imagePullPolicy: 'Never' }] });
    expect(new Story(never, {}, [image]).summary).toBe('Pending c=ErrImageNeverPull');
    expect(new Story(podOf({ containers: [{ name: 'c', image }] }), {}, [image]).summary).toBe('Pending c=ImagePullBackOff');
    expect(eventsOf(new Story(pod, { secret: () => secretOf('s3cret') }, [image]))[0]).toBe(
      `Pulled: Container image "${image}" already present on machine and can be accessed by the pod`,
    );
  });
});
