import { type batchv1, Job } from '#api';
import { type Instant, ignoreNotFound, parseTime } from '#apimachinery';
import { defineController } from '#controller-runtime';
import { finishedCondition } from '../job/conditions.js';

/** When a finished Job is to be deleted; undefined if it is to stay (ttlafterfinished_controller.go getFinishAndExpireTime). */
function expiryOf(job: batchv1.Job): Instant | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  const at = parseTime(finishedCondition(job)?.lastTransitionTime ?? '');
  return at === undefined ? undefined : at + ttlSecondsAfterFinished * 1000;
}

/** Deletes Jobs some time after they have finished (pkg/controller/ttlafterfinished). */
export const ttlAfterFinished = defineController({
  name: 'ttl-after-finished-controller',
  queue: 'ttl_jobs_to_delete',
  for: Job,
  filter: ({ object, deleted }) => !deleted && expiryOf(object) !== undefined,
  async reconcile(job, { client, clock }) {
    const expiry = expiryOf(job);
    if (expiry === undefined) return undefined;
    const left = expiry - clock.now();
    if (left > 0) return { requeueAfter: left };
    const { name, namespace, uid } = job.metadata;
    await client.delete(Job, name, namespace, { propagationPolicy: 'Foreground', uid }).catch(ignoreNotFound);
    return undefined;
  },
});
