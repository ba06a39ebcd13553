import { type appsv1, ControllerRevision, type corev1, type Resource } from '#api';
import {
  controllerOf,
  controllerReference,
  deepEqual,
  ignoreNotFound,
  isAlreadyExists,
  type KubeObject,
  type LabelSelector,
} from '#apimachinery';
import type { Informers, ReconcileContext } from '#controller-runtime';
import { claimObjects } from '../claim.js';
import { apiVersionOf } from '../pod-control.js';
import { revisionHash } from '../template-hash.js';

type Revision = appsv1.ControllerRevision;

/** The label with the hash of the data (controller_history.go ControllerRevisionHashLabel). */
const HASH_LABEL = 'controller.kubernetes.io/hash';
/** How much of the owner's name a revision's name has (ControllerRevisionName). */
const PREFIX_LENGTH = 223;
const ORPHANS = 'orphans-by-namespace';

/** The owner of a history. */
export interface HistoryOwner {
  owner: KubeObject;
  resource: Resource;
  selector: LabelSelector;
}

/** Adds the index of revisions without a controller. */
export function indexHistory(informers: Informers): void {
  informers
    .of(ControllerRevision)
    .addIndex(ORPHANS, (revision) => (controllerOf(revision) === undefined ? [revision.metadata.namespace ?? ''] : []));
}

/**
 * The revisions of an owner, orphans that its selector matches adopted. Those that no longer match are released if `release` is set
 * (ClaimControllerRevisions, as DaemonSets do it), otherwise left out (ListControllerRevisions, as StatefulSets do it).
 */
export function claimHistory(
  { owner, resource, selector, release }: HistoryOwner & { release: boolean },
  { client, informers }: ReconcileContext,
): Promise<Revision[]> {
  const all = informers.of(ControllerRevision);
  const own = all.controlledBy(owner.metadata.uid ?? '');
  const kept = release ? own : own.filter(({ metadata }) => selector.matches(metadata.labels));
  const candidates = [...kept, ...all.byIndex(ORPHANS, owner.metadata.namespace ?? '')];
  return claimObjects({ client, owner, ownerResource: resource, resource: ControllerRevision, selector, candidates });
}

/** The name of a revision with this hash. */
function revisionName(owner: string, hash: string): string {
  return `${owner.slice(0, PREFIX_LENGTH)}-${hash}`;
}

/** A revision to be created. */
export interface NewRevision {
  owner: KubeObject;
  resource: Resource;
  template: corev1.PodTemplateSpec;
  data: Revision['data'];
  number: number;
  collisionCount: number;
}

function makeRevision({ owner, resource, template, data, number, collisionCount }: NewRevision): Revision {
  const hash = revisionHash(data, collisionCount);
  const { name, namespace, annotations } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(name, hash),
      namespace,
      labels: { ...template.metadata?.labels, [HASH_LABEL]: hash },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [controllerReference(owner, { apiVersion: apiVersionOf(resource), kind: resource.kind })],
    },
    data,
    revision: number,
  };
}

/**
 * Creates a revision; if its name is taken by other data, the next collision count gives another name, but the label keeps the hash
 * (CreateControllerRevision).
 */
export async function createRevision(
  wanted: NewRevision,
  { client }: ReconcileContext,
): Promise<{ revision: Revision; collisionCount: number }> {
  const made = makeRevision(wanted);
  for (let collisionCount = wanted.collisionCount; ; collisionCount += 1) {
    const name = revisionName(wanted.owner.metadata.name, revisionHash(wanted.data, collisionCount));
    try {
      const revision = await client.create(ControllerRevision, { ...made, metadata: { ...made.metadata, name } });
      return { revision, collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const present = await client.get(ControllerRevision, name, wanted.owner.metadata.namespace);
      if (deepEqual(present.data, wanted.data)) return { revision: present, collisionCount };
    }
  }
}

/** Gives a revision another number. */
export function renumber(revision: Revision, to: number, { client }: ReconcileContext): Promise<Revision> {
  return client.update(ControllerRevision, { ...revision, revision: to });
}

/** Deletes revisions, one after the other; it is no failure if one does not exist. */
export async function deleteRevisions(revisions: readonly Revision[], { client }: ReconcileContext): Promise<void> {
  for (const { metadata } of revisions) {
    await client.delete(ControllerRevision, metadata.name, metadata.namespace).catch(ignoreNotFound);
  }
}
