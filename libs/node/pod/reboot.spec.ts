import { expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { NO_MEMORY } from './memory.js';
import { nginx, podOf, REALISTIC, START, Story } from './story.js';
import type { PodWorld } from './world.js';

const shell = (name: string, script: string): corev1.Container => ({ name, image: 'busybox:1.36', command: ['sh', '-c', script] });
const init = shell('i', 'true');

/** A pod whose machine can go off. */
function started(spec: Partial<corev1.PodSpec>, more: Partial<PodWorld> = {}) {
  const world: Partial<PodWorld> = { ...more };
  const story = new Story(podOf(spec), world, ['docker.io/library/nginx:1.27', 'docker.io/library/busybox:1.36']);
  let boots = 0;
  return {
    story,
    /** Off for a minute; `forget`: the kubelets of the cluster remember nothing. */
    reboot({ forget = false, off = 60_000 } = {}): Story {
      const since = story.now;
      story.now += off;
      boots += 1;
      Object.assign(world, { boot: { id: `fault-${boots}`, off: since, at: story.now }, podIP: `10.244.1.${2 + boots}` });
      story.writes = [];
      story.events = [];
      if (forget) story.memory = NO_MEMORY;
      story.look();
      return story.pass(10_000);
    },
  };
}

it.each([false, true])('containers end as containerd tells it, and start again in a new sandbox (nothing remembered: %s)', (forget) => {
  const { story, reboot } = started({ containers: [nginx] });
  story.pass(5_000);
  reboot({ forget });
  expect(story.writes).toEqual(['Running c=Unknown(255)', 'Running c=running+ready*1']);
  expect(story.events.map((line) => line.split(':')[0])).toEqual(['SandboxChanged', 'Pulled', 'Created', 'Started']);
  const { podIP, containerStatuses, conditions } = story.pod.status ?? {};
  expect(podIP).toBe('10.244.1.3');
  expect(containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 255,
    reason: 'Unknown',
    finishedAt: '2026-01-01T00:01:05Z',
  });
  expect(conditions?.find(({ type }) => type === 'PodReadyToStartContainers')).toMatchObject({
    status: 'True',
    lastTransitionTime: '2026-01-01T00:01:05Z',
  });
  // It is not restarted twice for the same start of its machine, whatever is remembered.
  story.memory = NO_MEMORY;
  story.writes = [];
  story.look();
  story.pass(60_000);
  expect(story.writes).toEqual([]);
  expect(reboot({ forget }).summary).toBe('Running c=running+ready*2');
});

it.each<[string, Partial<corev1.PodSpec>, string]>([
  ['Never', { restartPolicy: 'Never', containers: [nginx] }, 'Failed c=Unknown(255)'],
  [
    'Never, in its init container',
    { restartPolicy: 'Never', initContainers: [shell('i', 'sleep 999')], containers: [nginx] },
    'Failed i=Unknown(255) c=PodInitializing',
  ],
  [
    'OnFailure, one container done',
    { restartPolicy: 'OnFailure', containers: [nginx, shell('d', 'true')] },
    'Running c=running+ready*1 d=Completed(0)',
  ],
  ['Always, one container done', { containers: [nginx, shell('d', 'sleep 20; false')] }, 'Running c=running+ready*1 d=running+ready*1'],
  [
    'init containers run again',
    { initContainers: [init, { ...shell('s', 'sleep 9999'), restartPolicy: 'Always' }], containers: [nginx] },
    'Running i=Completed(0)+ready*1 s=running+ready*1 c=running+ready*1',
  ],
])('%s', (_, spec, after) => {
  const { story, reboot } = started(spec);
  story.pass(5_000);
  expect(reboot().summary).toBe(after);
});

it('back-offs are forgotten', () => {
  const { story, reboot } = started({ containers: [shell('c', 'sleep 5; false')] }, { profile: REALISTIC });
  story.pass(100_000);
  expect(story.summary).toMatch(/CrashLoopBackOff/);
  const before = story.pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  reboot();
  expect([...new Set(story.writes)].slice(0, 2)).toEqual([`Running c=Error(1)*${before}`, `Running c=running+ready*${before + 1}`]);
});

it('a container whose postStart hook ran has ended, too, and its hook runs again', () => {
  const hooked = { ...nginx, lifecycle: { postStart: { exec: { command: ['sleep', '20'] } } } };
  const { story, reboot } = started({ containers: [hooked] });
  story.pass(5_000);
  expect([story.summary, reboot().summary]).toEqual(['Pending c=ContainerCreating', 'Running c=Unknown(255)']);
  expect(story.pass(10_000).summary).toBe('Running c=running+ready*1');
});

it('ephemeral containers are not started again', () => {
  const { story, reboot } = started({ containers: [nginx], ephemeralContainers: [shell('e', 'sleep 9999')] });
  story.pass(5_000);
  reboot();
  expect(story.pod.status?.ephemeralContainerStatuses?.map(({ state, restartCount }) => [state?.terminated?.reason, restartCount])).toEqual(
    [['Unknown', 0]],
  );
});

it('a pod without a sandbox begins as if nothing had been', () => {
  const { story, reboot } = started({ containers: [nginx] }, { volumes: () => ({ waits: false, errors: ['no volume'] }) });
  story.pass(100_000);
  expect(reboot().events).toEqual(Array(5).fill('FailedMount: no volume'));
});

it('a pod that is to be removed has nothing to stop', () => {
  const { story, reboot } = started({ containers: [shell('c', 'sleep 9999')] }, { profile: REALISTIC });
  story.pass(5_000).delete(600);
  reboot();
  expect([story.removed, story.summary, story.events]).toEqual([true, 'Failed c=Unknown(255)', []]);
  expect(story.now).toBe(START + 75_000);
});
