import type { corev1 } from '#api';
import { NO_MEMORY } from './memory.js';
import { nginx, podOf, REALISTIC, START, Story } from './story.js';

test('instant: from bound to Running and Ready in one write', () => {
  const story = new Story(podOf({ containers: [{ ...nginx, resources: { requests: { cpu: '1' } } }] }));
  const time = '2026-01-01T00:00:00Z';
  const condition = (type: string) => ({ type, status: 'True', observedGeneration: 1, lastProbeTime: null, lastTransitionTime: time });
  expect(story.writes).toEqual(['Running c=running+ready']);
  expect(story.due).toBeUndefined();
  expect(story.pod.status).toEqual({
    phase: 'Running',
    qosClass: 'BestEffort',
    observedGeneration: 1,
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    hostIP: '172.18.0.2',
    hostIPs: [{ ip: '172.18.0.2' }],
    podIP: '10.244.1.2',
    podIPs: [{ ip: '10.244.1.2' }],
    allocatedResources: { cpu: '1' },
    startTime: time,
    containerStatuses: [
      {
        name: 'c',
        state: { running: { startedAt: time } },
        lastState: {},
        ready: true,
        restartCount: 0,
        image: 'docker.io/library/nginx:1.27',
        imageID: expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/),
        containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
        started: true,
        allocatedResources: { cpu: '1' },
        resources: { requests: { cpu: '1' } },
        user: { linux: { uid: 0, gid: 0, supplementalGroups: [0] } },
      },
    ],
  });
  expect(story.events).toEqual([
    'Pulling: Pulling image "nginx:1.27" [spec.containers{c}]',
    expect.stringMatching(
      /^Pulled: Successfully pulled image "nginx:1\.27" in 0s \(0s including waiting\)\. Image size: \d+ bytes\. \[spec\.containers\{c\}\]$/,
    ),
    'Created: Container created [spec.containers{c}]',
    'Started: Container started [spec.containers{c}]',
  ]);
});

test.each<[string, boolean, string[]]>([
  ['which reads standard input', true, ['Running c=running+ready', 'Running c=running+ready*1', 'Running c=CrashLoopBackOff*1']],
  ['which does not', false, ['Running c=CrashLoopBackOff*1']],
])('a container that ends at once, %s', (_, stdin, writes) => {
  const story = new Story(podOf({ containers: [{ name: 'c', image: 'busybox', args: ['true'], stdin }] }));
  story.pass(0);
  expect(story.writes.slice(0, writes.length)).toEqual(writes);
});

test('realistic: pulls, then starts', () => {
  const story = new Story(podOf({ containers: [nginx] }), { profile: REALISTIC });
  expect(story.pass(1999).summary).toBe('Pending c=ContainerCreating');
  expect(story.pass(500).summary).toBe('Pending c=ContainerCreating');
  expect(story.pass(1).summary).toBe('Running c=running+ready');
  expect(story.events[1]).toMatch(/in 2s \(2s including waiting\)/);
});

test('an image that is present is not pulled', () => {
  const story = new Story(podOf({ containers: [nginx] }), {}, ['docker.io/library/nginx:1.27']);
  expect(story.events[0]).toBe(
    'Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod [spec.containers{c}]',
  );
});

test.each<[string, corev1.Container, string, string]>([
  [
    'no such tag',
    { name: 'c', image: 'nginx:1.999' },
    'Pending c=ImagePullBackOff',
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.999": failed to resolve reference "docker.io/library/nginx:1.999": docker.io/library/nginx:1.999: not found',
  ],
  [
    'no such image',
    { name: 'c', image: 'nope' },
    'Pending c=ImagePullBackOff',
    'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/library/nope:latest": failed to resolve reference "docker.io/library/nope:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  ],
])('%s', (_, container, summary, error) => {
  const { image } = container;
  const story = new Story(podOf({ containers: [container] }));
  expect(story.summary).toBe(summary);
  expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
    `Back-off pulling image "${image}": ErrImagePull: ${error}`,
  );
  expect(story.events.map((event) => event.replace(' [spec.containers{c}]', ''))).toEqual([
    `Pulling: Pulling image "${image}"`,
    `Failed: Failed to pull image "${image}": ${error}`,
    'Failed: Error: ErrImagePull',
    `BackOff: Back-off pulling image "${image}"`,
    'Failed: Error: ImagePullBackOff',
  ]);
  // 10 s, 20 s, 40 s …
  expect(
    [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000].map((wait) => {
      const before = story.now;
      story.pass(wait);
      return (story.due ?? 0) - before;
    }),
  ).toEqual([30_000, 60_000, 120_000, 240_000, 460_000, 600_000, 600_000]);
});

test.each<[string, corev1.Container, string]>([
  ['never pulled', { name: 'c', image: 'nginx', imagePullPolicy: 'Never' }, 'Pending c=ErrImageNeverPull'],
  ['bad name', { name: 'c', image: 'Nginx:latest' }, 'Pending c=InvalidImageName'],
  ['missing ConfigMap', { ...nginx, envFrom: [{ configMapRef: { name: 'x' } }] }, 'Pending c=CreateContainerConfigError'],
  ['as root', { ...nginx, securityContext: { runAsNonRoot: true } }, 'Pending c=CreateContainerConfigError'],
])('%s', (_, container, summary) => {
  expect(new Story(podOf({ containers: [container] })).summary).toBe(summary);
});

test('no container starts while a volume is missing', () => {
  const story = new Story(podOf({ containers: [nginx], volumes: [{ name: 'v', configMap: { name: 'x' } }] }));
  expect(story.summary).toBe('Pending c=ContainerCreating');
  expect(story.events).toEqual(['FailedMount: MountVolume.SetUp failed for volume "v" : configmap "x" not found']);
  expect(story.pod.status?.conditions?.[0]).toMatchObject({ type: 'PodReadyToStartContainers', status: 'False' });
  expect((story.due ?? 0) - story.now).toBe(500);
});

test.each<[string, string, string[]]>([
  ['Never', 'echo hi; exit 0', ['Succeeded c=Completed(0)']],
  ['Never', 'exit 3', ['Failed c=Error(3)']],
  ['OnFailure', 'true', ['Succeeded c=Completed(0)']],
])('restart policy %s: sh -c "%s"', (restartPolicy, script, writes) => {
  const story = new Story(podOf({ restartPolicy, containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', script] }] }));
  expect(story.writes).toEqual(writes);
});

test('the back-off of a container that keeps ending grows', () => {
  const story = new Story(podOf({ containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 1; exit 1'] }] }));
  expect(story.pass(1000).summary).toBe('Running c=running+ready*1');
  expect(story.pass(1000).summary).toBe('Running c=CrashLoopBackOff*1');
  expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
    'back-off 10s restarting failed container=c pod=web_ns(u1)',
  );
  expect(story.pass(10_000).summary).toBe('Running c=running+ready*2');
  expect(story.pass(1000).summary).toBe('Running c=CrashLoopBackOff*2');
  expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
    'back-off 20s restarting failed container=c pod=web_ns(u1)',
  );
  expect(story.events.at(-1)).toBe('BackOff: Back-off restarting failed container c in pod web_ns(u1) [spec.containers{c}]');
});

test('init containers run in order, with a sidecar beside them', () => {
  const story = new Story(
    podOf({
      initContainers: [
        { name: 'i1', image: 'busybox', command: ['sleep', '5'] },
        { name: 'side', image: 'nginx:1.27', restartPolicy: 'Always' },
        { name: 'i2', image: 'busybox', command: ['true'] },
      ],
      containers: [nginx],
    }),
  );
  expect(story.summary).toBe('Pending i1=running side=PodInitializing i2=PodInitializing c=PodInitializing');
  expect(story.pod.status?.conditions?.[1]).toMatchObject({
    type: 'Initialized',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [i1 side i2]',
  });
  expect(story.pass(5000).summary).toBe('Running i1=Completed(0)+ready side=running+ready i2=Completed(0)+ready c=running+ready');
});

test('a failing init container', () => {
  const story = new Story(
    podOf({ restartPolicy: 'Never', initContainers: [{ name: 'i', image: 'busybox', command: ['false'] }], containers: [nginx] }),
  );
  expect(story.summary).toBe('Failed i=Error(1) c=PodInitializing');
});

test('readiness: after the delay, and only on a port that is served', () => {
  const probe = (port: number): corev1.Probe => ({
    httpGet: { port, path: '/' },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    failureThreshold: 3,
    successThreshold: 1,
  });
  const good = new Story(podOf({ containers: [{ ...nginx, readinessProbe: probe(80) }] }));
  expect(good.pass(4999).summary).toBe('Running c=running');
  expect(good.pass(1).summary).toBe('Running c=running+ready');
  expect(good.due).toBeUndefined();
  const bad = new Story(podOf({ containers: [{ ...nginx, readinessProbe: probe(81) }] })).pass(5000);
  expect(bad.summary).toBe('Running c=running');
  expect(bad.events.at(-1)).toBe(
    'Unhealthy: Readiness probe failed: Get "http://10.244.1.2:81/": dial tcp 10.244.1.2:81: connect: connection refused [spec.containers{c}]',
  );
});

test('a probe may be answered by another container of the pod, and is run again when that one ends', () => {
  const readinessProbe: corev1.Probe = { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 1, successThreshold: 1 };
  const args = ['/bin/sh', '-c', 'sleep 86400'];
  const other = { name: 'other', image: 'busybox:1.36', args, readinessProbe };
  const story = new Story(podOf({ restartPolicy: 'Never', containers: [{ ...nginx, image: 'nginx:1.27' }, other] })).pass(0);
  expect([story.summary, story.due]).toEqual(['Running c=running+ready other=running+ready', story.now + 86_400_000]);
  const ends = {
    ...nginx,
    livenessProbe: { tcpSocket: { port: 81 }, periodSeconds: 60, failureThreshold: 1, successThreshold: 1, initialDelaySeconds: 60 },
  };
  const short = new Story(podOf({ restartPolicy: 'Never', containers: [ends, other] })).pass(0);
  expect(short.summary).toBe('Running c=running+ready other=running+ready');
  expect(short.pass(120_000).summary).toBe('Running c=Completed(0) other=running');
});

test('liveness: the file is removed, the container is killed', () => {
  const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5, failureThreshold: 3 };
  const args = ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'];
  const story = new Story(podOf({ containers: [{ name: 'c', image: 'busybox:1.36', args, livenessProbe }] }));
  expect(story.pass(30_000).summary).toBe('Running c=running+ready');
  expect(story.pass(15_000).summary).toBe('Running c=running+ready*1');
  expect(story.events.slice(-6).map((event) => event.split(':')[0])).toEqual([
    'Unhealthy',
    'Unhealthy',
    'Killing',
    'Pulled',
    'Created',
    'Started',
  ]);
});

test('the other probes wait for the startup probe', () => {
  const startupProbe = { tcpSocket: { port: 80 }, initialDelaySeconds: 3 };
  const story = new Story(podOf({ containers: [{ ...nginx, startupProbe, readinessProbe: { tcpSocket: { port: 80 } } }] }));
  expect(story.pod.status?.containerStatuses?.[0]?.started).toBe(false);
  expect(story.pass(3000).summary).toBe('Running c=running+ready');
});

test('deletion: stops the containers, reports their end, removes the pod', () => {
  const story = new Story(podOf({ containers: [nginx] }), { profile: REALISTIC }).pass(2500).delete();
  expect(story.summary).toBe('Running c=running+ready');
  expect(story.events.at(-1)).toBe('Killing: Stopping container c [spec.containers{c}]');
  story.pass(1000);
  expect([story.summary, story.removed]).toEqual(['Succeeded c=Completed(0)', true]);
});

test('lost memory is restored from the status', () => {
  const story = new Story(podOf({ containers: [{ name: 'c', image: 'busybox', command: ['sleep', '100'] }] })).pass(10_000);
  story.memory = NO_MEMORY;
  story.look();
  expect([story.due, story.writes.length]).toEqual([START + 100_000, 1]);
});

test('correcting the image repairs the pod', () => {
  const story = new Story(podOf({ containers: [{ name: 'c', image: 'nope' }] }));
  story.pod = { ...story.pod, metadata: { ...story.pod.metadata, generation: 2 }, spec: { containers: [nginx] } };
  story.look();
  expect(story.summary).toBe('Running c=running+ready');
});

test('the active deadline', () => {
  const story = new Story(podOf({ activeDeadlineSeconds: 60, containers: [nginx] })).pass(60_000);
  expect(story.pod.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
});

test('a command that does not exist', () => {
  const story = new Story(podOf({ restartPolicy: 'Never', containers: [{ ...nginx, command: ['nope'] }] }));
  expect(story.summary).toBe('Failed c=StartError(128)');
});

test("pods on the host network have the node's address, but wait for their volumes too", () => {
  const volumes = [{ name: 'v', secret: { secretName: 'x' } }];
  const story = new Story(podOf({ hostNetwork: true, containers: [nginx], volumes }), { podIP: undefined });
  expect([story.summary, story.pod.status?.podIP]).toEqual(['Pending c=ContainerCreating', '172.18.0.2']);
  story.pass(500);
  expect(story.events).toEqual(Array(2).fill('FailedMount: MountVolume.SetUp failed for volume "v" : secret "x" not found'));
});

test.each<[corev1.HostPathVolumeSource, string | undefined]>([
  [{ path: '/var/log', type: 'Directory' }, undefined],
  [{ path: '/data', type: 'Directory' }, '/data is not a directory'],
  [{ path: '/data', type: 'DirectoryOrCreate' }, undefined],
  [{ path: '/data' }, undefined],
  [{ path: '/etc/hosts', type: 'File' }, undefined],
  [{ path: '/etc', type: 'File' }, '/etc is not a file'],
  [{ path: '/var/run/docker.sock', type: 'Socket' }, '/var/run/docker.sock is not a socket file'],
  [{ path: '/dev/tty9', type: 'CharDevice' }, '/dev/tty9 is not a character device'],
  [{ path: '/dev/sdz', type: 'BlockDevice' }, '/dev/sdz is not a block device'],
])('a directory of the node: %j', (hostPath, error) => {
  const story = new Story(podOf({ containers: [nginx], volumes: [{ name: 'v', hostPath }] }));
  if (error === undefined) expect(story.summary).toBe('Running c=running+ready');
  else expect(story.events).toEqual([`FailedMount: MountVolume.SetUp failed for volume "v" : hostPath type check failed: ${error}`]);
});

test.each<[string, string, string | undefined]>([
  ['echo one; echo two >&2; exit 3', 'FallbackToLogsOnError', 'one\ntwo\n'],
  ['echo one; exit 0', 'FallbackToLogsOnError', undefined],
  ['echo one; exit 3', 'File', undefined],
  ['echo one; echo told > /dev/termination-log; exit 3', 'FallbackToLogsOnError', 'told\n'],
  ['seq 1 200; exit 3', 'FallbackToLogsOnError', Array.from({ length: 80 }, (_, index) => `${index + 121}\n`).join('')],
])('the message of an end: %s %s', (script, terminationMessagePolicy, message) => {
  const container = { name: 'c', image: 'busybox', command: ['sh', '-c', script], terminationMessagePolicy };
  const story = new Story(podOf({ restartPolicy: 'Never', containers: [container] }));
  expect(story.pod.status?.containerStatuses?.[0]?.state?.terminated?.message).toBe(message);
});

test('runAsUser 0 contradicts runAsNonRoot', () => {
  const story = new Story(podOf({ containers: [{ ...nginx, securityContext: { runAsNonRoot: true, runAsUser: 0 } }] }));
  expect(story.events.at(-1)).toBe(
    'Failed: Error: container\'s runAsUser breaks non-root policy (pod: "web_ns(u1)", container: c) [spec.containers{c}]',
  );
});

test('no container starts without an address', () => {
  const story = new Story(podOf({ containers: [nginx] }), { podIP: undefined });
  expect(story.events[0]).toMatch(/^FailedCreatePodSandBox: /);
});

test('a pod with very many containers is processed in several plans', () => {
  const containers = Array.from({ length: 1500 }, (_, index) => ({ name: `c${index}`, image: 'nginx:1.27' }));
  const story = new Story(podOf({ containers }));
  expect(story.due).toBe(START);
  story.pass(0);
  expect(story.pod.status?.phase).toBe('Running');
  expect(story.pod.status?.containerStatuses?.every(({ ready }) => ready)).toBe(true);
});

test("only an object's own keys are found", () => {
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'constructor' } } }];
  const configMap = () => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'ns' }, data: { a: 'b' } });
  const story = new Story(podOf({ containers: [{ ...nginx, env }] }), { configMap });
  expect(story.events.at(-1)).toBe("Failed: Error: couldn't find key constructor in ConfigMap ns/settings [spec.containers{c}]");
});

test('an exec probe is parsed once, whatever its command', () => {
  const command = ['sh', '-c', `cat /tmp/healthy #${'x '.repeat(60_000)}`];
  const args = ['sh', '-c', `sleep 100; ${'touch /tmp/healthy;'.repeat(6000)} sleep 1000`];
  const probe = { exec: { command }, periodSeconds: 1, failureThreshold: 1000 };
  const story = new Story(podOf({ containers: [{ name: 'c', image: 'busybox', args, readinessProbe: probe }] })).pass(99_000);
  expect(story.summary).toBe('Running c=running');
  expect(story.pass(2000).summary).toBe('Running c=running+ready');
});

test.each<[string, string[], corev1.Probe, string]>([
  ['http', ['liveness'], { httpGet: { path: '/healthz', port: 8080 } }, 'HTTP probe failed with statuscode: 500'],
  [
    'grpc',
    ['grpc-health-checking', '--delay-unhealthy-sec=10'],
    { grpc: { port: 5000 } },
    'service unhealthy (responded with "NOT_SERVING")',
  ],
])('agnhost becomes unhealthy after ten seconds: %s', (_name, args, probe, output) => {
  const livenessProbe = { ...probe, periodSeconds: 1, failureThreshold: 1 };
  const container = { name: 'c', image: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0', args, livenessProbe };
  const story = new Story(podOf({ containers: [container] })).pass(9000);
  expect(story.summary).toBe('Running c=running+ready');
  story.pass(3000);
  expect(story.events).toContain(`Unhealthy: Liveness probe failed: ${output} [spec.containers{c}]`);
  expect(story.summary).toContain('*1');
});
