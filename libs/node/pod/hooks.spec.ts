import type { corev1 } from '#api';
import { nginx, podOf, REALISTIC, START, Story } from './story.js';

const shell = (script: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name: 'c',
  image: 'busybox',
  command: ['sh', '-c', script],
  ...more,
});

const exec = (script: string): corev1.LifecycleHandler => ({ exec: { command: ['sh', '-c', script] } });

/** What happens after the container is created. */
const sinceStart = (story: Story): string[] => story.events.slice(story.events.findIndex((event) => event.startsWith('Started')) + 1);

describe('postStart', () => {
  it('holds back the status of the container until it is done', () => {
    const story = new Story(podOf({ containers: [{ ...nginx, lifecycle: { postStart: exec('sleep 5') } }] }));
    expect(story.summary).toBe('Pending c=ContainerCreating');
    expect(story.pass(5000).summary).toBe('Running c=running+ready');
    expect(story.pod.status?.containerStatuses?.[0]?.state?.running?.startedAt).toBe('2026-01-01T00:00:00Z');
  });

  it.each<[string, corev1.LifecycleHandler, string]>([
    [
      'exec',
      exec('echo no; exit 3'),
      'Exec lifecycle hook ([sh -c echo no; exit 3]) for Container "c" in Pod "web_ns(u1)" failed - error: command \'sh -c echo no; exit 3\' exited with 3: , message: "no\\n"',
    ],
    [
      'http',
      { httpGet: { port: 81, path: '/x' } },
      'HTTP lifecycle hook (/x) for Container "c" in Pod "web_ns(u1)" failed - error: Get "http://10.244.1.2:81/x": dial tcp 10.244.1.2:81: connect: connection refused',
    ],
  ])('a hook that fails kills its container: %s', (_, postStart, message) => {
    const story = new Story(podOf({ containers: [{ ...nginx, lifecycle: { postStart } }] }), { profile: REALISTIC }).pass(2500);
    expect(sinceStart(story)).toEqual([]);
    story.pass(1000);
    expect(sinceStart(story)).toEqual([
      'FailedPostStartHook: PostStartHook failed [spec.containers{c}]',
      'Killing: FailedPostStartHook [spec.containers{c}]',
    ]);
    expect(story.summary).toBe('Running c=PostStartHookError');
    expect(story.pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(message);
  });

  it('any answer over HTTP is a success', () => {
    const postStart = { httpGet: { port: 80, path: '/nothing' } };
    expect(new Story(podOf({ containers: [{ ...nginx, lifecycle: { postStart } }] })).summary).toBe('Running c=running+ready');
  });

  it('the container sees what the hook does', () => {
    const container = shell('until [ -f /tmp/go ]; do sleep 1; done; exit 4', { lifecycle: { postStart: exec('sleep 3; touch /tmp/go') } });
    const story = new Story(podOf({ restartPolicy: 'Never', containers: [container] }));
    expect(story.pass(10_000).summary).toBe('Failed c=Error(4)');
  });
});

describe('a pod that is deleted', () => {
  it.each<[string, corev1.Container, number, number, string]>([
    ['a server stops on SIGTERM', nginx, 30, 300, 'Succeeded c=Completed(0)'],
    ['a shell as process 1 ignores it', shell('sleep 1000'), 30, 30_000, 'Failed c=Error(137)'],
    ['for as long as the pod says', shell('sleep 1000'), 5, 5000, 'Failed c=Error(137)'],
    ['at least two seconds', shell('sleep 1000'), 1, 2000, 'Failed c=Error(137)'],
    ['preStop comes first', { ...nginx, lifecycle: { preStop: exec('sleep 10') } }, 30, 10_300, 'Succeeded c=Completed(0)'],
    ['preStop sleeps', { ...nginx, lifecycle: { preStop: { sleep: { seconds: 7 } } } }, 30, 7300, 'Succeeded c=Completed(0)'],
    [
      'preStop and SIGTERM share the time',
      shell('sleep 1000', { lifecycle: { preStop: { sleep: { seconds: 7 } } } }),
      20,
      20_000,
      'Failed c=Error(137)',
    ],
    ['preStop is given up', { ...nginx, lifecycle: { preStop: exec('sleep 100') } }, 10, 10_300, 'Succeeded c=Completed(0)'],
  ])('%s', (_, container, grace, time, summary) => {
    const story = new Story(podOf({ containers: [container] }), { profile: { ...REALISTIC, containerStop: 300 } }).pass(3000).delete(grace);
    expect(story.pass(time - 1).removed).toBe(false);
    expect([story.pass(1).removed, story.summary]).toEqual([true, summary]);
  });

  it('a preStop hook that fails is told', () => {
    const story = new Story(podOf({ containers: [{ ...nginx, lifecycle: { preStop: exec('exit 1') } }] })).delete();
    expect(story.events.slice(-2)).toEqual([
      'Killing: Stopping container c [spec.containers{c}]',
      'FailedPreStopHook: PreStopHook failed [spec.containers{c}]',
    ]);
  });

  it('sidecars stop after the others, the last one first', () => {
    const slow = { preStop: { sleep: { seconds: 5 } } };
    const side = (name: string) => ({ name, image: 'nginx:1.27', restartPolicy: 'Always' });
    const pod = podOf({ initContainers: [side('s1'), side('s2')], containers: [{ ...nginx, lifecycle: slow }] });
    const story = new Story(pod, { profile: { ...REALISTIC, containerStop: 1000 } }).pass(10_000).delete();
    story.pass(8000);
    const { initContainerStatuses = [], containerStatuses = [] } = story.pod.status ?? {};
    const ended = [...initContainerStatuses, ...containerStatuses].map(({ name, state }) => [
      name,
      Date.parse(state?.terminated?.finishedAt ?? '') - START - 10_000,
    ]);
    expect([story.removed, ended]).toEqual([
      true,
      [
        ['s1', 8000],
        ['s2', 7000],
        ['c', 6000],
      ],
    ]);
  });
});

it('sidecars stop when a pod has done its work', () => {
  const story = new Story(
    podOf({
      restartPolicy: 'Never',
      initContainers: [{ name: 'side', image: 'nginx:1.27', restartPolicy: 'Always' }],
      containers: [shell('sleep 5')],
    }),
    { profile: { ...REALISTIC, imagePull: 0, containerStart: 0 } },
  );
  expect(story.pass(5000).summary).toBe('Running side=running+ready c=Completed(0)');
  expect(story.pass(1000).summary).toBe('Succeeded side=Completed(0) c=Completed(0)');
  expect(story.events.slice(-1)).toEqual(['Killing: Stopping container side [spec.initContainers{side}]']);
  expect(story.removed).toBe(false);
});

describe('a failed liveness probe', () => {
  const livenessProbe = { tcpSocket: { port: 81 }, periodSeconds: 1, failureThreshold: 1 };

  it.each<[string, corev1.Probe, number]>([
    ['its own grace period', { ...livenessProbe, terminationGracePeriodSeconds: 4 }, 4000],
    ["the pod's", livenessProbe, 30_000],
  ])('kills the container after %s', (_, probe, time) => {
    const container = shell('sleep 1000', { livenessProbe: probe });
    const story = new Story(podOf({ containers: [container] }), { profile: { ...REALISTIC, imagePull: 0, containerStart: 0 } });
    expect(story.pass(time - 1).summary).toBe('Running c=running+ready');
    expect(story.pass(1).summary).toBe('Running c=running+ready*1');
  });
});

it('a pod whose time is over has failed when its containers have ended', () => {
  const pod = podOf({ activeDeadlineSeconds: 60, terminationGracePeriodSeconds: 10, containers: [shell('sleep 1000')] });
  const story = new Story(pod, { profile: { ...REALISTIC, imagePull: 0, containerStart: 0 } }).pass(60_000);
  expect([story.summary, story.pod.status?.reason]).toEqual(['Running c=running+ready', undefined]);
  story.pass(10_000);
  expect([story.summary, story.pod.status?.reason]).toEqual(['Failed c=Error(137)', 'DeadlineExceeded']);
});
