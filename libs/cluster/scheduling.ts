import { type corev1, Pod } from '#api';
import { notFound } from '#apimachinery';
import { type ApiServer, inProcessClient, listPrefix, SchedulerSource, storageKey } from '#apiserver';
import type { CachedObject } from '#cacher';
import {
  configurationErrors,
  decisionInputs,
  explainScheduling,
  PastWorld,
  type SchedulingExplanation,
  schedulerProfiles,
} from '#scheduler';

/** Objects that are read before others get their turn. */
const OBJECTS_AT_A_STRETCH = 500;

/** Why a pod is where it is, or why it is pending. */
export interface PodScheduling extends Partial<SchedulingExplanation> {
  pod: string;
  state: 'bound' | 'pending' | 'gated' | 'notOurs' | 'schedulerDown';
  /** The revision whose objects the decision was made over, or would be. */
  revision: number;
  /** The node that the pod has got. Another one than `node` if the scheduler saw something else then, or did not choose it. */
  boundTo?: string;
  /** What is in the way of an explanation. */
  note?: string;
}

const pause = () => new Promise<void>((resolve) => void setImmediate(resolve));

/**
 * Explains decisions of the scheduler. Nothing is kept for it: a decision depends on the cluster's objects alone, so it is made again over
 * those of the revision before the pod was bound.
 */
export class Scheduling {
  constructor(private readonly api: ApiServer) {}

  /** Why a pod has its node, or has none. Throws NotFound, and Compacted if the log no longer holds what is needed. */
  async ofPod(namespace: string, name: string): Promise<PodScheduling> {
    const key = storageKey({ group: '', resource: 'pods', namespace, name });
    const row = await this.api.cluster.store.get(key);
    if (!row) throw notFound({ group: '', resource: 'pods' }, name);
    const pod = row.object as corev1.Pod;
    const boundTo = pod.spec.nodeName;
    if (!boundTo) return this.decided(pod, await this.api.cluster.store.revision());
    const before = await this.lastUnbound(row);
    if (!before) {
      const note = 'it was created with this node: no scheduler has chosen it';
      return { pod: `${namespace}/${name}`, state: 'bound', revision: row.createRevision, boundTo, note };
    }
    return { ...(await this.decided(before.pod, before.revision)), state: 'bound', boundTo };
  }

  /** What would happen to a pod that was created now. Throws what its creation would throw. */
  async whatIf(pod: corev1.Pod): Promise<PodScheduling> {
    const { store } = this.api.cluster;
    const namespace = pod.metadata.namespace ?? 'default';
    const metadata = { ...pod.metadata, namespace };
    const created = await inProcessClient(this.api, { manager: 'orrery' }).create(Pod, { ...pod, metadata }, { dryRun: true });
    return this.decided(created, await store.revision());
  }

  private async decided(pod: corev1.Pod, revision: number): Promise<PodScheduling> {
    const { metadata, spec } = pod;
    const about = { pod: `${metadata.namespace}/${metadata.name}`, revision };
    if (spec.nodeName) return { ...about, state: 'bound', boundTo: spec.nodeName, note: 'it names its node itself' };
    const gates = spec.schedulingGates ?? [];
    if (gates.length > 0) {
      const note = `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`;
      return { ...about, state: 'gated', note };
    }
    const settings = new SchedulerSource(this.api.cluster.store, configurationErrors);
    await settings.ready();
    const started = settings.current();
    if (!started) return { ...about, state: 'schedulerDown', note: settings.failure() ?? '' };
    const past = await this.worldAt(revision, pod);
    const profile = schedulerProfiles(started, { informers: past.informers, clock: this.api.cluster.clock }).of(pod);
    if (!profile) return { ...about, state: 'notOurs', note: `it waits for a scheduler named ${spec.schedulerName}` };
    return { ...about, state: 'pending', ...(await explainScheduling(pod, past.world(), { profile, turn: past.turn, pause })) };
  }

  /** The last state of a pod without a node, and the revision before its binding; undefined if it was created with one. */
  private async lastUnbound({ key, createRevision, revision }: CachedObject): Promise<{ pod: corev1.Pod; revision: number } | undefined> {
    let [unbound, bound] = [createRevision, revision];
    let pod = await this.podAt(key, unbound);
    if (!pod || pod.spec.nodeName) return undefined;
    while (bound - unbound > 1) {
      const middle = Math.floor((unbound + bound) / 2);
      const then = await this.podAt(key, middle);
      if (then && !then.spec.nodeName) [unbound, pod] = [middle, then];
      else bound = middle;
    }
    return { pod, revision: unbound };
  }

  private async podAt(key: string, at: number): Promise<corev1.Pod | undefined> {
    // The greatest text before the key, as names have no tilde.
    const after = `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) - 1)}~`;
    const prefix = key.slice(0, key.lastIndexOf('/') + 1);
    const { items } = await this.api.cluster.store.list({ prefix, after, limit: 1, at });
    const [first] = items;
    return first?.key === key ? (first.object as corev1.Pod) : undefined;
  }

  private async worldAt(at: number, { metadata }: corev1.Pod): Promise<PastWorld> {
    const past = new PastWorld();
    let read = 0;
    for (const resource of decisionInputs) {
      const { items } = await this.api.cluster.store.list({ prefix: listPrefix(resource.group, resource.resource, ''), at });
      for (const { object } of items) {
        read += 1;
        if (read % OBJECTS_AT_A_STRETCH === 0) await pause();
        const isItself = resource === Pod && object.metadata.name === metadata.name && object.metadata.namespace === metadata.namespace;
        if (!isItself) past.add(resource, object);
      }
    }
    return past;
  }
}
