import type { corev1 } from '#api';
import { NO_MEMORY } from './memory.js';
import { nginx, podOf, START, Story } from './story.js';

const restarting = (story: Story) => {
  const { status, reason } = story.pod.status?.conditions?.find(({ type }) => type === 'AllContainersRestarting') ?? {};
  return [status, reason];
};

/** A pod whose container `job` ends with 42 after ten seconds, which restarts all its containers. */
const pod = (script = 'sleep 10; exit 42', more: Partial<corev1.PodSpec> = {}): corev1.Pod =>
  podOf({
    restartPolicy: 'Never',
    initContainers: [
      { name: 'init', image: 'busybox:1.36', command: ['true'] },
      { name: 'side', image: 'nginx:1.27', restartPolicy: 'Always' },
    ],
    containers: [
      {
        name: 'job',
        image: 'busybox:1.36',
        command: ['sh', '-c', script],
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
      },
      nginx,
    ],
    ...more,
  });

test('all containers are removed at the next sync, and the pod starts from its init containers, without a back-off', () => {
  const story = new Story(pod());
  const before = story.pod.status?.containerStatuses?.map(({ containerID }) => containerID);
  expect(restarting(story)).toEqual(['False', undefined]);
  story.events = [];
  story.pass(10_000);
  expect([story.summary, restarting(story)]).toEqual([
    'Running init=Completed(0)+ready side=running+ready job=Error(42) c=running+ready',
    ['True', 'RestartAllContainersStarted'],
  ]);
  story.pass(1_000);
  expect([story.summary, restarting(story)]).toEqual([
    'Running init=Completed(0)+ready*1 side=running+ready*1 job=running+ready*1 c=running+ready*1',
    ['False', undefined],
  ]);
  expect(story.events.map((event) => event.replace(/:.*\[spec\.(.*)\]/, ' $1'))).toEqual([
    'Killing containers{c}',
    'Killing initContainers{side}',
    ...['init', 'side'].flatMap((name) => ['Pulled', 'Created', 'Started'].map((reason) => `${reason} initContainers{${name}}`)),
    ...['job', 'c'].flatMap((name) => ['Pulled', 'Created', 'Started'].map((reason) => `${reason} containers{${name}}`)),
  ]);
  const [job] = story.pod.status?.containerStatuses ?? [];
  expect(job?.lastState?.terminated).toEqual({
    exitCode: 137,
    reason: 'RestartingAllContainers',
    message: 'The container is removed because RestartAllContainers in place',
    startedAt: null,
    finishedAt: null,
  });
  expect(job?.containerID).not.toBe(before?.[0]);
  expect(story.pass(22_000).summary).toContain('job=running+ready*3');
});

test('other exit codes end the container', () => {
  const story = new Story(pod('exit 1', { initContainers: [] }));
  expect([story.summary, restarting(story), story.due]).toEqual(['Running job=Error(1) c=running+ready', ['False', undefined], undefined]);
});

test('a kubelet that was restarted goes on from the condition', () => {
  const story = new Story(pod()).pass(10_000);
  story.memory = NO_MEMORY;
  story.look();
  expect(story.now).toBe(START + 10_000);
  expect(story.summary).toContain('job=running+ready*1');
});

test('a container that keeps asking for it is restarted once a second', () => {
  const story = new Story(pod('exit 42', { initContainers: [] })).pass(5_000);
  expect(story.summary).toBe('Running job=Error(42)*5 c=running+ready*5');
});
