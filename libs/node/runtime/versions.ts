import type { corev1 } from '#api';
import { type Instant, type KubeObject, parseTime } from '#apimachinery';
import type { MachineWorld } from './world.js';

/**
 * Which version of a ConfigMap or Secret a pod has. A kubelet writes the files of volumes when it syncs the pod: when the pod or its
 * containers change, and every 60 to 90 seconds. What is in variables and below a subPath is that of the start of the container.
 */

/** syncFrequency of a kubelet, and the most that it is prolonged by (workerResyncIntervalJitterFactor). */
const SYNC_PERIOD = 60_000;
const MOST_JITTER = 30_000;
/** Versions of one object that are looked at. */
const MOST_VERSIONS = 50;

type Objects = MachineWorld['objects'];
type Data = corev1.ConfigMap | corev1.Secret;

const revisionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion ?? 0);

/** When an object was written last, to the second, as far as its managed fields say. */
function writtenAt({ metadata }: KubeObject): Instant {
  let latest = parseTime(metadata.creationTimestamp ?? '') ?? 0;
  for (const { time } of metadata.managedFields ?? []) latest = Math.max(latest, parseTime(time ?? '') ?? 0);
  return latest;
}

/** A number from 0 to 1 that depends on the text alone (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}

/** The time between periodic syncs of a pod. Every pod has its own. */
export const syncPeriod = ({ metadata }: corev1.Pod): number => SYNC_PERIOD + Math.floor(MOST_JITTER * fraction(metadata.uid ?? ''));

type Past = NonNullable<Objects['past']>;
type Kind = 'configmaps' | 'secrets';

interface Wanted {
  kind: Kind;
  namespace: string;
  name: string;
}

/** The newest version that is not too new; the oldest one that is known if all are. */
async function newest(past: Past, { kind, namespace, name }: Wanted, from: Data, isTooNew: (version: Data) => boolean): Promise<Data> {
  let version = from;
  for (let looked = 0; looked < MOST_VERSIONS && isTooNew(version); looked++) {
    const before = await past<Data>('', kind, namespace, name, revisionOf(version) - 1);
    if (before === undefined) break;
    version = before;
  }
  return version;
}

function isKind(group: string, resource: string): resource is Kind {
  return group === '' && (resource === 'configmaps' || resource === 'secrets');
}

/** The objects with another reader of ConfigMaps and Secrets. */
function reading(objects: Objects, read: (past: Past, wanted: Wanted) => Promise<Data | undefined>): Objects {
  const { past } = objects;
  if (past === undefined) return objects;
  return {
    ...objects,
    get: async <T extends KubeObject>(group: string, resource: string, namespace: string, name: string) =>
      isKind(group, resource)
        ? ((await read(past, { kind: resource, namespace, name })) as T | undefined)
        : objects.get<T>(group, resource, namespace, name),
    list: (group, resource, namespace) => objects.list(group, resource, namespace),
  };
}

/** One version of an object, and since when a pod's volumes show it. */
interface Shown {
  readonly since: Instant;
  readonly data: Data | undefined;
}

/** ConfigMaps and Secrets as the volumes of a pod show them, at any time. */
export class SyncedObjects {
  private readonly shown = new Map<string, Promise<readonly Shown[]>>();

  constructor(
    private readonly objects: Objects,
    private readonly pod: corev1.Pod,
    /** When the first of its containers was started. */
    private readonly first: Instant,
  ) {}

  /** The objects at an instant. */
  at(instant: Instant): Objects {
    return reading(this.objects, async (past, wanted) => {
      const versions = await this.versions(past, wanted);
      return (versions.findLast(({ since }) => since <= instant) ?? versions[0])?.data;
    });
  }

  /** The instants at which what has been read so far is shown to change, after one and up to another. */
  async changes(after: Instant, to: Instant): Promise<Instant[]> {
    const all = (await Promise.all(this.shown.values())).flatMap((versions) => versions.map(({ since }) => since));
    return [...new Set(all.filter((at) => at > after && at <= to))].sort((a, b) => a - b);
  }

  private versions(past: Past, wanted: Wanted): Promise<readonly Shown[]> {
    const key = `${wanted.kind}/${wanted.namespace}/${wanted.name}`;
    const known = this.shown.get(key) ?? this.read(past, wanted);
    this.shown.set(key, known);
    return known;
  }

  private async read(past: Past, { kind, namespace, name }: Wanted): Promise<Shown[]> {
    const { metadata } = this.pod;
    const current = await this.objects.get<Data>('', kind, namespace, name);
    const created = parseTime(metadata.creationTimestamp ?? '') ?? 0;
    if (current && writtenAt(current) < created) return [{ since: Number.NEGATIVE_INFINITY, data: current }];
    const before = (): Promise<Data | undefined> => past<Data>('', kind, namespace, name, revisionOf(this.pod));
    // A volume keeps its files when its source is deleted.
    if (current === undefined) return [{ since: Number.NEGATIVE_INFINITY, data: await before() }];
    const versions = [current];
    for (let oldest = current; versions.length < MOST_VERSIONS && writtenAt(oldest) >= created; ) {
      const earlier = await past<Data>('', kind, namespace, name, revisionOf(oldest) - 1);
      const found = earlier ?? (revisionOf(oldest) > revisionOf(this.pod) ? await before() : undefined);
      if (found === undefined) break;
      versions.unshift(found);
      oldest = found;
    }
    // Objects that cannot change are not watched: who has one does not see that it is made anew.
    const frozen = versions.findIndex(({ immutable }) => immutable === true);
    const seen = frozen < 0 ? versions : versions.slice(0, frozen + 1);
    const shown = seen.map((data): Shown => ({ since: this.shownSince(data, created), data }));
    // An optional source that was not there at the start.
    const isLater = (parseTime(seen[0]?.metadata.creationTimestamp ?? '') ?? 0) > this.first;
    return isLater ? [{ since: Number.NEGATIVE_INFINITY, data: undefined }, ...shown] : shown;
  }

  private shownSince(data: Data, created: Instant): Instant {
    const written = writtenAt(data);
    const period = syncPeriod(this.pod);
    const next = (since: Instant): Instant => since + Math.max(1, Math.ceil((written - since) / period)) * period;
    const last = writtenAt(this.pod);
    if (revisionOf(data) > revisionOf(this.pod)) return next(last);
    return written <= created ? Number.NEGATIVE_INFINITY : Math.min(last, next(created));
  }
}

const runs = ({ status }: corev1.Pod, id: string): boolean =>
  [status?.containerStatuses, status?.initContainerStatuses, status?.ephemeralContainerStatuses].some((statuses) =>
    statuses?.some(({ containerID, lastState }) => containerID === id || lastState?.terminated?.containerID === id),
  );

/** A pod as it was when one of its containers was started, and the objects as they were. */
export interface Start {
  readonly objects: Objects;
  pod(): Promise<corev1.Pod>;
}

/** What a container has got at its start; `id` is its id, unset if it has not started. */
export function atStart({ objects }: Pick<MachineWorld, 'objects'>, pod: corev1.Pod, id: string | undefined): Start {
  const { past } = objects;
  const { namespace = '', name, uid } = pod.metadata;
  if (past === undefined || id === undefined) return { objects, pod: async () => pod };
  let found: Promise<corev1.Pod | undefined> | undefined;
  /** The first version in which the container has started; undefined if that has not been written yet. */
  const first = async (): Promise<corev1.Pod | undefined> => {
    const current = await objects.get<corev1.Pod>('', 'pods', namespace, name);
    if (current?.metadata.uid !== uid || !current || !runs(current, id)) return undefined;
    let version = current;
    for (let looked = 0; looked < MOST_VERSIONS; looked++) {
      const before = await past<corev1.Pod>('', 'pods', namespace, name, revisionOf(version) - 1);
      if (before?.metadata.uid !== uid || !before || !runs(before, id)) break;
      version = before;
    }
    return version;
  };
  const started = (): Promise<corev1.Pod | undefined> => {
    found ??= first();
    return found;
  };
  return {
    pod: async () => (await started()) ?? pod,
    objects: reading(objects, async (known, wanted) => {
      const current = await objects.get<Data>('', wanted.kind, wanted.namespace, wanted.name);
      const created = parseTime(pod.metadata.creationTimestamp ?? '') ?? 0;
      if (current && writtenAt(current) < created) return current;
      const version = await started();
      if (version === undefined) return current;
      const revision = revisionOf(version);
      if (current === undefined) return known<Data>('', wanted.kind, wanted.namespace, wanted.name, revision);
      return newest(known, wanted, current, (each) => revisionOf(each) > revision);
    }),
  };
}
