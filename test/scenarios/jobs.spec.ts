import { describe, expect, it } from '@jest/globals';
import { type batchv1, type corev1, Event, Job, Pod, ResourceQuota } from '#api';
import { openStory, type StoryCluster } from './story.js';

const IN = { namespace: 'default' };
const TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';

type Spec = Partial<batchv1.JobSpec>;

const template = (script: string, more: Partial<corev1.PodSpec> = {}): corev1.PodTemplateSpec => ({
  spec: {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], resources: {} }],
    ...more,
  },
});

function run({ client }: StoryCluster, spec: Spec): Promise<batchv1.Job> {
  return client.create(Job, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'default' },
    spec: { template: template('exit 0'), ...spec },
  });
}

const job = ({ client }: StoryCluster): Promise<batchv1.Job> => client.get(Job, 'j', 'default');
const pods = async ({ client }: StoryCluster): Promise<corev1.Pod[]> =>
  (await client.list(Pod, IN)).items.sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));

/** The counts of the status, and `type=status reason: message` of each condition in order. */
async function outcome(cluster: StoryCluster): Promise<Record<string, unknown>> {
  const { conditions = [], startTime: _, completionTime: __, ...counts } = (await job(cluster)).status ?? {};
  return { ...counts, conditions: conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`) };
}

/** Events of the Job: reason and message without the random ends of names. */
async function told({ client }: StoryCluster): Promise<string[]> {
  const { items } = await client.list(Event, IN);
  const own = items.filter(({ involvedObject }) => involvedObject.kind === 'Job');
  return own.map(({ reason, message = '', count }) => `${reason} ${message.replace(/-[a-z0-9]{5}$/, '-x')} ×${count}`).sort();
}

const none = { ready: 0, terminating: 0, uncountedTerminatedPods: {} };
const ended = (type: 'Complete' | 'Failed', text: string): string[] => [
  `${type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'}=True ${text}`,
  `${type}=True ${text}`,
];
const reached = ended('Complete', 'CompletionsReached: Reached expected number of succeeded pods');

describe('job-controller: a Job', () => {
  it('runs pods until enough have succeeded, counts each once and lets go of them', async () => {
    const cluster = await openStory();
    await run(cluster, { completions: 3, parallelism: 2 });
    await cluster.settle();
    expect(await outcome(cluster)).toEqual({ ...none, succeeded: 3, conditions: reached });
    expect((await pods(cluster)).map(({ status, metadata }) => [status?.phase, metadata.finalizers])).toEqual(
      Array.from({ length: 3 }, () => ['Succeeded', undefined]),
    );
    const events = await told(cluster);
    expect(events.filter((text) => !text.startsWith('SuccessfulCreate'))).toEqual(['Completed Job completed ×1']);
    expect(events).toHaveLength(4);
  });

  it('holds its pods with a finalizer while they run', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 60') });
    await cluster.settle();
    const [pod] = await pods(cluster);
    expect([pod?.metadata.finalizers, pod?.metadata.generateName, pod?.metadata.labels?.['batch.kubernetes.io/job-name']]).toEqual([
      [TRACKING],
      'j-',
      'j',
    ]);
    expect(await outcome(cluster)).toEqual({ ...none, active: 1, ready: 1, conditions: [] });
    await cluster.advance(61_000);
    expect(await outcome(cluster)).toEqual({ ...none, succeeded: 1, conditions: reached });
  });

  it('waits longer after each failure, and fails when there are too many', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('exit 3'), backoffLimit: 3 });
    const created: number[] = [];
    for (const wait of [0, 9_000, 2_000, 18_000, 3_000, 37_000, 4_000]) {
      await cluster.advance(wait);
      created.push((await pods(cluster)).length);
    }
    expect(created).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(await outcome(cluster)).toEqual({
      ...none,
      failed: 4,
      conditions: ended('Failed', 'BackoffLimitExceeded: Job has reached the specified backoff limit'),
    });
    expect((await told(cluster)).filter((text) => !text.startsWith('SuccessfulCreate'))).toEqual([
      'BackoffLimitExceeded Job has reached the specified backoff limit ×1',
    ]);
  });

  it('restarts containers in place, and counts the restarts', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('exit 1', { restartPolicy: 'OnFailure' }), backoffLimit: 2 });
    await cluster.advance(120_000);
    expect(await outcome(cluster)).toEqual({
      ...none,
      failed: 1,
      conditions: ended('Failed', 'BackoffLimitExceeded: Job has reached the specified backoff limit'),
    });
    expect(await pods(cluster)).toEqual([]);
  });

  it('ends at its active deadline', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 3600'), parallelism: 2, completions: 2, activeDeadlineSeconds: 30 });
    await cluster.advance(29_000);
    expect(await outcome(cluster)).toEqual({ ...none, active: 2, ready: 2, conditions: [] });
    await cluster.advance(60_000);
    expect(await outcome(cluster)).toEqual({
      ...none,
      failed: 2,
      conditions: ended('Failed', 'DeadlineExceeded: Job was active longer than specified deadline'),
    });
  });

  it('is suspended and resumed, with a new start time', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 100'), suspend: true, parallelism: 2, completions: 2 });
    await cluster.settle();
    const suspended = 'Suspended=True JobSuspended: Job suspended';
    const resumed = 'Suspended=False JobResumed: Job resumed';
    expect([await outcome(cluster), (await job(cluster)).status?.startTime]).toEqual([{ ...none, conditions: [suspended] }, undefined]);
    await cluster.advance(10_000);
    await cluster.client.patch(Job, 'j', 'default', 'merge', { spec: { suspend: false } });
    await cluster.settle();
    expect([await outcome(cluster), (await job(cluster)).status?.startTime]).toEqual([
      { ...none, active: 2, ready: 2, conditions: [resumed] },
      '2026-01-01T00:00:10Z',
    ]);
    await cluster.client.patch(Job, 'j', 'default', 'merge', { spec: { suspend: true } });
    await cluster.advance(40_000);
    expect([await outcome(cluster), await pods(cluster)]).toEqual([{ ...none, conditions: [suspended] }, []]);
    expect((await told(cluster)).filter((text) => text.includes('Job '))).toEqual(['Resumed Job resumed ×1', 'Suspended Job suspended ×2']);
  });

  it('replaces a deleted pod after a back-off, as it counts as failed', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 1000') });
    await cluster.settle();
    const [pod] = await pods(cluster);
    await cluster.client.delete(Pod, pod?.metadata.name ?? '', 'default');
    await cluster.advance(5_000);
    expect((await job(cluster)).status?.failed).toBe(1);
    await cluster.advance(60_000);
    expect((await pods(cluster)).map(({ metadata }) => metadata.name === pod?.metadata.name)).toEqual([false]);
  });

  it('removes its pods with itself, whatever their finalizers', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 1000'), parallelism: 3, completions: 3 });
    await cluster.settle();
    await cluster.client.delete(Job, 'j', 'default', { propagationPolicy: 'Background' });
    await cluster.advance(60_000);
    expect(await pods(cluster)).toEqual([]);
  });

  it('job-orphan-pods: frees its pods when they are orphaned', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 1000') });
    await cluster.settle();
    await cluster.client.delete(Job, 'j', 'default', { propagationPolicy: 'Orphan' });
    await cluster.settle();
    expect((await pods(cluster)).map(({ metadata }) => [metadata.finalizers, metadata.ownerReferences])).toEqual([[undefined, undefined]]);
  });

  it('scales by its parallelism; removed pods do not count as failed', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('sleep 100'), parallelism: 1, completions: 4 });
    await cluster.settle();
    await cluster.client.patch(Job, 'j', 'default', 'merge', { spec: { parallelism: 4 } });
    await cluster.settle();
    expect((await job(cluster)).status?.active).toBe(4);
    await cluster.client.patch(Job, 'j', 'default', 'merge', { spec: { parallelism: 2 } });
    await cluster.advance(40_000);
    expect(await outcome(cluster)).toEqual({ ...none, active: 2, ready: 2, conditions: [] });
  });

  it('counts many pods in batches: at once when half have ended, else a moment later', async () => {
    const cluster = await openStory();
    await run(cluster, {
      template: template('test $JOB_COMPLETION_INDEX -lt 5 || sleep 30'),
      completionMode: 'Indexed',
      completions: 40,
      parallelism: 40,
    });
    await cluster.settle();
    await cluster.advance(200);
    const { active, succeeded, completedIndexes } = (await job(cluster)).status ?? {};
    expect([active, succeeded, completedIndexes]).toEqual([35, 5, '0-4']);
    await cluster.advance(31_000);
    expect(await outcome(cluster)).toEqual({ ...none, succeeded: 40, completedIndexes: '0-39', conditions: reached });
  });

  it('leaves Jobs of other controllers alone', async () => {
    const cluster = await openStory();
    await run(cluster, { managedBy: 'example.com/other' });
    await cluster.advance(60_000);
    expect([(await job(cluster)).status, await pods(cluster)]).toEqual([{}, []]);
  });

  it('asks a quota in steps that double', async () => {
    const cluster = await openStory();
    const hard = { pods: '2' };
    await cluster.client.create(ResourceQuota, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard },
    });
    await cluster.settle();
    await run(cluster, { template: template('sleep 1000'), parallelism: 50, completions: 50 });
    await cluster.advance(200);
    expect([(await job(cluster)).status?.active, (await pods(cluster)).length]).toEqual([2, 2]);
    expect((await told(cluster)).some((text) => text.startsWith('FailedCreate Error creating: pods "j-'))).toBe(true);
  });
});

describe('an indexed Job', () => {
  it('gives each pod its index: annotation, label, variable, host name', async () => {
    const cluster = await openStory();
    await run(cluster, { completionMode: 'Indexed', completions: 3, parallelism: 2 });
    await cluster.settle();
    expect(await outcome(cluster)).toEqual({ ...none, succeeded: 3, completedIndexes: '0-2', conditions: reached });
    const made = (await pods(cluster)).map(({ metadata, spec }) => [
      metadata.annotations?.[INDEX],
      metadata.labels?.[INDEX],
      spec.hostname,
      metadata.generateName,
      spec.containers[0]?.env,
    ]);
    const variable = {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } },
    };
    expect(made.sort()).toEqual(['0', '1', '2'].map((index) => [index, index, `j-${index}`, `j-${index}-`, [variable]]));
  });

  it('fails single indexes, each after failures of its own', async () => {
    const cluster = await openStory();
    await run(cluster, {
      template: template('test $JOB_COMPLETION_INDEX != 1'),
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      backoffLimitPerIndex: 1,
    });
    await cluster.advance(5_000);
    expect((await job(cluster)).status).toMatchObject({ succeeded: 2, completedIndexes: '0,2', failedIndexes: '' });
    await cluster.advance(30_000);
    expect(await outcome(cluster)).toEqual({
      ...none,
      succeeded: 2,
      failed: 2,
      completedIndexes: '0,2',
      failedIndexes: '1',
      conditions: ended('Failed', 'FailedIndexes: Job has failed indexes'),
    });
    const counts = (await pods(cluster)).flatMap(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
    expect(counts.sort()).toEqual(['0', '0', '0', '1']);
  });

  it('fails when too many indexes do', async () => {
    const cluster = await openStory();
    await run(cluster, {
      template: template('exit 1'),
      completionMode: 'Indexed',
      completions: 5,
      parallelism: 1,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: 1,
    });
    await cluster.advance(60_000);
    expect(await outcome(cluster)).toEqual({
      ...none,
      failed: 2,
      failedIndexes: '0,1',
      conditions: ended('Failed', 'MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes'),
    });
  });

  it('succeeds by its success policy, and stops the other pods', async () => {
    const cluster = await openStory();
    await run(cluster, {
      template: template('test $JOB_COMPLETION_INDEX = 0 || sleep 1000'),
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      successPolicy: { rules: [{ succeededIndexes: '0' }] },
    });
    await cluster.advance(60_000);
    expect(await outcome(cluster)).toEqual({
      ...none,
      succeeded: 1,
      completedIndexes: '0',
      conditions: ended('Complete', 'SuccessPolicy: Matched rules at index 0'),
    });
  });
});

describe('a pod failure policy', () => {
  const onExitCode = (action: string, values: number[]): batchv1.PodFailurePolicyRule => ({
    action,
    onExitCodes: { containerName: 'c', operator: 'In', values },
  });

  it('fails the Job at once', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('exit 42'), podFailurePolicy: { rules: [onExitCode('FailJob', [42])] } });
    await cluster.settle();
    const [pod] = await pods(cluster);
    const message = `Container c for pod default/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`;
    expect(await outcome(cluster)).toEqual({ ...none, failed: 1, conditions: ended('Failed', `PodFailurePolicy: ${message}`) });
  });

  it('ignores failures', async () => {
    const cluster = await openStory();
    await run(cluster, { template: template('exit 7'), backoffLimit: 0, podFailurePolicy: { rules: [onExitCode('Ignore', [7])] } });
    await cluster.advance(35_000);
    const { failed, conditions } = (await job(cluster)).status ?? {};
    expect([failed, conditions, (await pods(cluster)).length]).toEqual([undefined, undefined, 3]);
  });

  it('fails an index', async () => {
    const cluster = await openStory();
    await run(cluster, {
      template: template('test $JOB_COMPLETION_INDEX = 0 || exit 9'),
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      backoffLimitPerIndex: 5,
      podFailurePolicy: { rules: [onExitCode('FailIndex', [9])] },
    });
    await cluster.settle();
    expect(await outcome(cluster)).toEqual({
      ...none,
      succeeded: 1,
      failed: 1,
      completedIndexes: '0',
      failedIndexes: '1',
      conditions: ended('Failed', 'FailedIndexes: Job has failed indexes'),
    });
  });
});
