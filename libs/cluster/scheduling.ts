import { type corev1, Pod } from '#api';
import { notFound, tooLarge } from '#apimachinery';
import { type ApiServer, inProcessClient, listPrefix, SchedulerSource } from '#apiserver';
import type { SchedulerSettings } from '#controller-runtime';
import {
  configurationErrors,
  decisionInputs,
  explainScheduling,
  PastWorld,
  type SchedulingExplanation,
  schedulerProfiles,
} from '#scheduler';
import { type PastDecision, pastDecision, podKey, waitingPod } from './past-decision.js';

/** Objects that are read before others get their turn. */
const OBJECTS_AT_A_STRETCH = 500;
/** Pods with a nominated node of which it is looked up whether they had got it already. */
const MOST_WAITING = 100;
/** Characters of a pod that is asked about. */
const LONGEST_POD = 64 * 1024;

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

const isNominated = ({ spec, status }: corev1.Pod): boolean => !spec.nodeName && Boolean(status?.nominatedNodeName);

const giveWay = () => new Promise<void>((resolve) => void setImmediate(resolve));

/**
 * Explains decisions of the scheduler. Nothing but the log is kept for it: a decision depends on the cluster's objects alone, and a binding
 * tells the revision that the scheduler had seen and which decisions came before it, so the decision is made again over the same objects.
 * This goes back as far as the log. A scheduler that has another configuration than the defaults tells in its bindings which one it had.
 */
export class Scheduling {
  constructor(
    private readonly api: ApiServer,
    private readonly pause: () => Promise<void> = giveWay,
  ) {}

  /** Why a pod has its node, or has none. Throws NotFound, and Compacted if the log no longer holds what is needed. */
  async ofPod(namespace: string, name: string): Promise<PodScheduling> {
    const row = await this.api.cluster.store.get(podKey(namespace, name));
    if (!row) throw notFound({ group: '', resource: 'pods' }, name);
    const pod = row.object as corev1.Pod;
    const boundTo = pod.spec.nodeName;
    if (!boundTo) return this.decided({ pod, revision: await this.api.cluster.store.revision(), decided: [], configured: 'now' });
    const decision = await pastDecision(this.api.cluster.store, row);
    if (!decision) {
      const note = 'it was created with this node: no scheduler has chosen it';
      return { pod: `${namespace}/${name}`, state: 'bound', revision: row.createRevision, boundTo, note };
    }
    return { ...(await this.decided(decision)), state: 'bound', boundTo };
  }

  /** What would happen to a pod that was created now. Throws what its creation would throw. */
  async whatIf(pod: corev1.Pod): Promise<PodScheduling> {
    if (JSON.stringify(pod).length > LONGEST_POD) throw tooLarge(`limit is ${LONGEST_POD}`);
    const { store } = this.api.cluster;
    const namespace = pod.metadata.namespace ?? 'default';
    const metadata = { ...pod.metadata, namespace };
    const created = await inProcessClient(this.api, { manager: 'orrery' }).create(Pod, { ...pod, metadata }, { dryRun: true });
    return this.decided({ pod: created, revision: await store.revision(), decided: [], configured: 'now' });
  }

  private async decided(decision: PastDecision): Promise<PodScheduling> {
    const { pod, revision } = decision;
    const { metadata, spec } = pod;
    const about = { pod: `${metadata.namespace}/${metadata.name}`, revision };
    if (spec.nodeName) return { ...about, state: 'bound', boundTo: spec.nodeName, note: 'it names its node itself' };
    const gates = spec.schedulingGates ?? [];
    if (gates.length > 0) {
      const note = `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`;
      return { ...about, state: 'gated', note };
    }
    const started = await this.settingsOf(decision);
    if (typeof started === 'string') return { ...about, state: 'schedulerDown', note: started };
    const past = await this.worldOf(decision);
    const profile = schedulerProfiles(started, { informers: past.informers, clock: this.api.cluster.clock }).of(pod);
    if (!profile) return { ...about, state: 'notOurs', note: `it waits for a scheduler named ${spec.schedulerName}` };
    return { ...about, state: 'pending', ...(await explainScheduling(pod, past.world(), { profile, turn: past.turn, pause: this.pause })) };
  }

  /** What the scheduler was started with when it decided, or is now; a text: why it is down. */
  private async settingsOf({ configured, revision }: PastDecision): Promise<SchedulerSettings | string> {
    if (configured === 'defaults') return {};
    const settings = new SchedulerSource(this.api.cluster.store, configurationErrors);
    if (configured !== 'now') return (await settings.of(configured, revision)) ?? 'its configuration of that time is not valid any more';
    await settings.ready();
    return settings.current() ?? settings.failure() ?? '';
  }

  private async worldOf({ pod: { metadata }, revision: at, decided, order }: PastDecision): Promise<PastWorld> {
    const past = new PastWorld();
    const nominated: corev1.Pod[] = [];
    let read = 0;
    for (const resource of decisionInputs) {
      const { items } = await this.api.cluster.store.list({ prefix: listPrefix(resource.group, resource.resource, ''), at });
      for (const { object } of items) {
        read += 1;
        if (read % OBJECTS_AT_A_STRETCH === 0) await this.pause();
        const isItself = resource === Pod && object.metadata.name === metadata.name && object.metadata.namespace === metadata.namespace;
        if (isItself) continue;
        past.add(resource, object);
        if (order !== undefined && resource === Pod && isNominated(object as corev1.Pod)) nominated.push(object as corev1.Pod);
      }
    }
    for (const pod of nominated.slice(0, MOST_WAITING)) {
      const waiting = await waitingPod(this.api.cluster.store, pod, { seen: at, order: order ?? 0 });
      if (waiting) past.add(Pod, waiting);
      await this.pause();
    }
    for (const [resource, object] of decided) past.add(resource, object);
    return past;
  }
}
