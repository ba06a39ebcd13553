import { describe, expect, it } from '@jest/globals';
import { type batchv1, CronJob, Event, Job, Pod } from '#api';
import { openStory, type StoryCluster } from './story.js';

const IN = { namespace: 'default' };
const MINUTE = 60_000;

const jobSpec = (script: string): batchv1.JobSpec => ({
  template: {
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], resources: {} }],
    },
  },
});

function schedule({ client }: StoryCluster, script: string, spec: Partial<batchv1.CronJobSpec> = {}): Promise<batchv1.CronJob> {
  return client.create(CronJob, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', namespace: 'default' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: jobSpec(script) }, ...spec },
  });
}

const cronJob = ({ client }: StoryCluster): Promise<batchv1.CronJob> => client.get(CronJob, 'c', 'default');
const jobs = async ({ client }: StoryCluster): Promise<batchv1.Job[]> => (await client.list(Job, IN)).items;
const names = async (cluster: StoryCluster): Promise<string[]> => (await jobs(cluster)).map(({ metadata }) => metadata.name).sort();
const change = ({ client }: StoryCluster, spec: Record<string, unknown>): Promise<batchv1.CronJob> =>
  client.patch(CronJob, 'c', 'default', 'merge', { spec });

async function told({ client }: StoryCluster): Promise<string[]> {
  const { items } = await client.list(Event, IN);
  const own = items.filter(({ involvedObject }) => involvedObject.kind === 'CronJob');
  return own.map(({ type, reason, message }) => `${type} ${reason} ${message}`).sort();
}

/** The name of the Job of the given minute after the start of the clock. */
const nameAt = (minute: number): string => `c-${Date.parse('2026-01-01T00:00:00Z') / MINUTE + minute}`;

describe('cronjob-controller: a CronJob', () => {
  it('creates a Job at each time of its schedule, and keeps the last three', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'exit 0');
    await cluster.advance(4 * MINUTE);
    expect(await names(cluster)).toEqual([]);
    await cluster.advance(1 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(5)]);
    const [job] = await jobs(cluster);
    expect([
      job?.metadata.annotations,
      job?.metadata.ownerReferences?.map(({ kind, name, controller }) => [kind, name, controller]),
    ]).toEqual([{ 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:05:00Z' }, [['CronJob', 'c', true]]]);
    await cluster.advance(25 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(20), nameAt(25), nameAt(30)]);
    expect((await cluster.client.list(Pod, IN)).items).toHaveLength(3);
    expect((await cronJob(cluster)).status).toEqual({
      lastScheduleTime: '2026-01-01T00:30:00Z',
      lastSuccessfulTime: '2026-01-01T00:30:00Z',
    });
    expect((await told(cluster)).filter((text) => text.includes(nameAt(5)))).toEqual([
      `Normal SawCompletedJob Saw completed job: ${nameAt(5)}, condition: Complete`,
      `Normal SuccessfulCreate Created job ${nameAt(5)}`,
      `Normal SuccessfulDelete Deleted job ${nameAt(5)}`,
    ]);
  });

  it('lists the Jobs that run', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'sleep 400', { concurrencyPolicy: 'Allow' });
    await cluster.advance(10 * MINUTE);
    const { active = [] } = (await cronJob(cluster)).status ?? {};
    expect(active.map(({ kind, apiVersion, namespace, name }) => [kind, apiVersion, namespace, name])).toEqual([
      ['Job', 'batch/v1', 'default', nameAt(5)],
      ['Job', 'batch/v1', 'default', nameAt(10)],
    ]);
  });

  it('does not start a Job beside another one, where that is forbidden', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'sleep 400', { concurrencyPolicy: 'Forbid' });
    await cluster.advance(10 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(5)]);
    expect((await told(cluster)).filter((text) => text.includes('JobAlreadyActive'))).toEqual([
      'Normal JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid',
    ]);
    // The start that was put off follows as soon as the Job has ended.
    await cluster.advance(2 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(5), nameAt(10)].sort());
  });

  it('replaces the Job that runs', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'sleep 4000', { concurrencyPolicy: 'Replace' });
    await cluster.advance(11 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(10)]);
    expect(await told(cluster)).toContain(`Normal SuccessfulDelete Deleted job ${nameAt(5)}`);
    expect((await cluster.client.list(Pod, IN)).items).toHaveLength(1);
  });

  it('starts nothing while it is suspended, and says how many starts it missed', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'exit 0', { suspend: true });
    await cluster.advance(600 * MINUTE);
    expect(await names(cluster)).toEqual([]);
    await change(cluster, { suspend: false });
    await cluster.settle();
    expect(await names(cluster)).toEqual([nameAt(600)]);
    expect(await told(cluster)).toContain(
      'Warning TooManyMissedTimes too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
  });

  it('does not make up for a start that is past its deadline', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'exit 0', { suspend: true, startingDeadlineSeconds: 60 });
    await cluster.advance(7 * MINUTE);
    await change(cluster, { suspend: false });
    await cluster.settle();
    expect(await names(cluster)).toEqual([]);
    await cluster.advance(3 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(10)]);
  });

  it('follows a changed schedule from now on', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'exit 0', { schedule: '0 * * * *' });
    await cluster.advance(33 * MINUTE);
    await change(cluster, { schedule: '*/10 * * * *' });
    await cluster.settle();
    expect(await names(cluster)).toEqual([]);
    await cluster.advance(7 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(40)]);
  });

  it('reads its schedule in its time zone', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'exit 0', { schedule: '30 9 * * *', timeZone: 'Europe/Berlin' });
    await cluster.advance(24 * 60 * MINUTE);
    expect((await jobs(cluster)).map(({ metadata }) => metadata.annotations)).toEqual([
      { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T09:30:00+01:00' },
    ]);
  });

  it('warns of a Job that it did not create, as kubectl create job --from makes one', async () => {
    const cluster = await openStory();
    const { metadata } = await schedule(cluster, 'exit 0', { schedule: '0 0 1 6 *' });
    await cluster.client.create(Job, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'by-hand',
        namespace: 'default',
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'c', uid: metadata.uid ?? '', controller: true }],
      },
      spec: jobSpec('exit 0'),
    });
    await cluster.settle();
    expect((await jobs(cluster))[0]?.status?.succeeded).toBe(1);
    expect(await told(cluster)).toEqual(['Warning UnexpectedJob Saw a job that the controller did not create or forgot: by-hand']);
    expect((await cronJob(cluster)).status).toEqual({ lastSuccessfulTime: '2026-01-01T00:00:00Z' });
  });

  it('notices that a Job went missing', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'sleep 1000');
    await cluster.advance(5 * MINUTE);
    await cluster.client.delete(Job, nameAt(5), 'default', { propagationPolicy: 'Background' });
    await cluster.settle();
    expect([await told(cluster), (await cronJob(cluster)).status?.active]).toEqual([
      [`Normal MissingJob Active job went missing: ${nameAt(5)}`, `Normal SuccessfulCreate Created job ${nameAt(5)}`],
      undefined,
    ]);
  });

  it('keeps failed Jobs apart from successful ones', async () => {
    const cluster = await openStory();
    await schedule(cluster, 'exit 1', { jobTemplate: { spec: { ...jobSpec('exit 1'), backoffLimit: 0 } }, failedJobsHistoryLimit: 2 });
    await cluster.advance(20 * MINUTE);
    expect(await names(cluster)).toEqual([nameAt(15), nameAt(20)]);
    expect((await cronJob(cluster)).status).toEqual({ lastScheduleTime: '2026-01-01T00:20:00Z' });
  });
});

describe('ttl-after-finished-controller: a finished Job', () => {
  it('is deleted with its pods after its time to live', async () => {
    const cluster = await openStory();
    const spec = { ...jobSpec('exit 0'), ttlSecondsAfterFinished: 100 };
    await cluster.client.create(Job, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace: 'default' }, spec });
    await cluster.advance(99_000);
    expect((await jobs(cluster)).map(({ status }) => status?.succeeded)).toEqual([1]);
    await cluster.advance(2_000);
    expect([await jobs(cluster), (await cluster.client.list(Pod, IN)).items]).toEqual([[], []]);
  });
});
