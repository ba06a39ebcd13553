import type { appsv1, corev1 } from '#api';
import { deepEqual, isJsonObject } from '#apimachinery';

type Revision = appsv1.ControllerRevision;

/** What a ControllerRevision keeps: a strategic merge patch that restores the pod template (getPatch of StatefulSets and DaemonSets). */
export function templatePatch(template: corev1.PodTemplateSpec): NonNullable<Revision['data']> {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** The pod template after a revision is applied to an object that has `present` (ApplyRevision). */
export function restoredTemplate({ data }: Revision, present: corev1.PodTemplateSpec): corev1.PodTemplateSpec {
  const spec = data?.spec;
  if (!isJsonObject(spec) || !isJsonObject(spec.template)) return present;
  const { $patch, ...template } = spec.template;
  return $patch === 'replace' ? template : present;
}

/** Lowest revision first, then oldest, then by name (SortControllerRevisions). */
export function byRevision(a: Revision, b: Revision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** The number of the next revision; the revisions are sorted. */
export function nextRevision(sorted: readonly Revision[]): number {
  return (sorted.at(-1)?.revision ?? 0) + 1;
}

/** What to do so that the newest revision has the wanted data. */
export type RevisionChoice =
  | { act: 'keep'; revision: Revision }
  /** An earlier revision is the wanted one again: its number becomes the highest. */
  | { act: 'renumber'; revision: Revision; to: number }
  | { act: 'create'; number: number };

/** Finds the revision of the wanted data among the sorted ones (getStatefulSetRevisions). */
export function chooseRevision(sorted: readonly Revision[], wanted: Revision['data']): RevisionChoice {
  const equal = sorted.findLast(({ data }) => deepEqual(data, wanted));
  if (equal === undefined) return { act: 'create', number: nextRevision(sorted) };
  if (equal === sorted.at(-1)) return { act: 'keep', revision: equal };
  return { act: 'renumber', revision: equal, to: nextRevision(sorted) };
}

/** The oldest of the sorted revisions that are not in use, beyond the history limit (truncateHistory). A negative limit keeps all. */
export function surplusRevisions(
  sorted: readonly Revision[],
  { inUse, limit }: { inUse(revision: Revision): boolean; limit: number },
): Revision[] {
  if (limit < 0) return [];
  const unused = sorted.filter((revision) => !inUse(revision));
  return unused.slice(0, Math.max(0, unused.length - limit));
}
