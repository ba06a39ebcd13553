import { type appsv1, ControllerRevision, type corev1, DaemonSet, Pod } from '#api';
import { controllerReference, deepEqual, isAlreadyExists, labelSelectorAsSelector } from '#apimachinery';
import type { ReconcileContext } from '#controller-runtime';
import { claimHistory, deleteRevisions, renumber } from '../history/history.js';
import { byRevision, surplusRevisions, templatePatch } from '../history/revisions.js';
import { apiVersionOf } from '../pod-control.js';
import { templateHash } from '../template-hash.js';
import { HASH_LABEL } from './placement.js';

type Daemon = appsv1.DaemonSet;
type Revision = appsv1.ControllerRevision;

/** The revision of the current template, and all others, lowest number first. */
export interface DaemonHistory {
  current: Revision;
  old: Revision[];
}

/** Finds or creates the revision of the current template (update.go constructHistory). */
export async function daemonHistory(daemon: Daemon, pods: readonly corev1.Pod[], ctx: ReconcileContext): Promise<DaemonHistory> {
  const selector = labelSelectorAsSelector(daemon.spec.selector);
  const claimed = await claimHistory({ owner: daemon, resource: DaemonSet, selector, release: true }, ctx);
  const labelled = await Promise.all(claimed.map((revision) => withHash(revision, ctx)));
  const data = templatePatch(daemon.spec.template);
  const sorted = labelled.sort(byRevision);
  const equal = sorted.filter((revision) => deepEqual(revision.data, data));
  const old = sorted.filter((revision) => !equal.includes(revision));
  const number = old.reduce((highest, { revision }) => Math.max(highest, revision), 0) + 1;
  const newest = equal.pop();
  if (newest === undefined) return { current: await snapshot(daemon, number, ctx), old };
  if (equal.length > 0) await mergeInto(newest, { equal, pods }, ctx);
  return { current: newest.revision < number ? await renumber(newest, number, ctx) : newest, old };
}

/** Revisions without the label get their name as their hash. */
async function withHash(revision: Revision, { client }: ReconcileContext): Promise<Revision> {
  const { metadata } = revision;
  if (metadata.labels?.[HASH_LABEL] !== undefined) return revision;
  const labels = { ...metadata.labels, [HASH_LABEL]: metadata.name };
  return client.update(ControllerRevision, { ...revision, metadata: { ...metadata, labels } });
}

/** Of several revisions of one template one stays, and the pods get its hash (dedupCurHistories). */
async function mergeInto(
  kept: Revision,
  { equal, pods }: { equal: readonly Revision[]; pods: readonly corev1.Pod[] },
  ctx: ReconcileContext,
): Promise<void> {
  const hash = hashOf(kept);
  const others = pods.filter(({ metadata }) => metadata.labels?.[HASH_LABEL] !== hash);
  const labels = { [HASH_LABEL]: hash };
  await Promise.all(
    others.map(({ metadata }) => ctx.client.patch(Pod, metadata.name, metadata.namespace, 'merge', { metadata: { labels } })),
  );
  await deleteRevisions(equal, ctx);
}

/** The hash that the pods of a revision have. */
export function hashOf({ metadata }: Revision): string {
  return metadata.labels?.[HASH_LABEL] ?? '';
}

/** Creates the revision of the current template; a name that is taken by another template is counted in the status. */
async function snapshot(daemon: Daemon, number: number, ctx: ReconcileContext): Promise<Revision> {
  const { template } = daemon.spec;
  const hash = templateHash(template, daemon.status?.collisionCount);
  const { name: owner, namespace, annotations } = daemon.metadata;
  const name = `${owner}-${hash}`;
  const data = templatePatch(template);
  const revision: Revision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata?.labels, [HASH_LABEL]: hash },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [controllerReference(daemon, { apiVersion: apiVersionOf(DaemonSet), kind: DaemonSet.kind })],
    },
    data,
    revision: number,
  };
  try {
    return await ctx.client.create(ControllerRevision, revision);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const present = await ctx.client.get(ControllerRevision, name, namespace);
    if (deepEqual(present.data, data)) return present;
    const collisionCount = (daemon.status?.collisionCount ?? 0) + 1;
    const status = { ...EMPTY_STATUS, ...daemon.status, collisionCount };
    await ctx.client.updateStatus(DaemonSet, { ...daemon, status });
    throw error;
  }
}

const EMPTY_STATUS: appsv1.DaemonSetStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

/** Deletes old revisions beyond the history limit that no pod has (cleanupHistory). */
export async function cleanUpHistory(
  daemon: Daemon,
  { old, pods }: { old: readonly Revision[]; pods: readonly corev1.Pod[] },
  ctx: ReconcileContext,
): Promise<void> {
  const limit = daemon.spec.revisionHistoryLimit ?? 10;
  if (old.length <= limit) return;
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[HASH_LABEL] ?? ''));
  const unused = surplusRevisions(old, { inUse: (revision) => live.has(hashOf(revision)), limit: 0 });
  await deleteRevisions(unused.slice(0, old.length - limit), ctx);
}
