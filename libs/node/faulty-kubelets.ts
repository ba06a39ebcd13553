import { type corev1, Pod } from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { podsOnNode } from '#client';
import type { ClusterContext, Outage, WorkQueue } from '#controller-runtime';
import { isMirrorPod } from './eviction/pressure.js';
import type { NodeMemory } from './node-memory.js';
import type { PodMemory } from './pod/memory.js';
import { withoutBackOffs } from './pod/restart.js';

/** What the kubelets of a cluster know of their pods, by uid, and of their nodes, by name. */
interface Known {
  readonly pods: Map<string, PodMemory>;
  readonly nodes: ReadonlyMap<string, NodeMemory>;
}

/** Which pods kubelets look at when something has been broken or healed. */
export class FaultyKubelets {
  /** Static pods whose process ends whenever it is started, and those whose process hangs, by uid. */
  private readonly crashing = new Set<string>();
  private readonly hanging = new Set<string>();
  /** Nodes whose kubelet did not do what was to be done, because it was down, and whether it was stopped. */
  private readonly silenced = new Map<string, { stopped: boolean }>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly known: Known,
  ) {
    context.faults.onChange(() => this.changed());
  }

  /** The kubelet of a node does not do what is to be done. */
  silence(node: string, { state }: Outage): void {
    this.silenced.set(node, { stopped: state === 'stopped' });
  }

  /** The pod is gone. */
  forget(uid: string): void {
    this.crashing.delete(uid);
    this.hanging.delete(uid);
  }

  /** Kubelets that are up again look at all their pods, and all kubelets at those that crash or hang, or did. */
  private changed(): void {
    const { faults, informers } = this.context;
    for (const pod of informers.of(Pod).list()) if (isMirrorPod(pod)) this.processChanged(pod);
    for (const [name, { boot }] of this.known.nodes) {
      const outage = faults.kubelet(name);
      if (outage && !this.silenced.has(name)) this.silence(name, outage);
      // Nothing runs on a machine that has been started, whether or not an API server can be told already.
      if (boot !== faults.boot(name)?.id) for (const pod of podsOnNode(informers, name)) this.queue.add(formatKey(keyOf(pod)));
    }
    for (const [name, { stopped }] of this.silenced) {
      if (faults.kubelet(name) !== undefined) continue;
      this.silenced.delete(name);
      for (const pod of podsOnNode(informers, name)) this.lookAgain(pod, stopped);
    }
  }

  private lookAgain(pod: corev1.Pod, stopped: boolean): void {
    const { uid = '' } = pod.metadata;
    const memory = this.known.pods.get(uid);
    // It has not probed anything in the meantime.
    const now = this.context.clock.now();
    if (stopped && memory) this.known.pods.set(uid, { ...withoutBackOffs(memory, now), ...(this.hanging.has(uid) ? { at: now } : {}) });
    this.queue.add(formatKey(keyOf(pod)));
  }

  private processChanged(pod: corev1.Pod): void {
    const { uid = '' } = pod.metadata;
    const { faults } = this.context;
    const process = [pod.spec.containers[0]?.name ?? '', pod.spec.nodeName ?? ''] as const;
    const hang = faults.hang(...process);
    const hangs = hang !== undefined && hang.until === undefined;
    if (hangs !== this.hanging.has(uid)) this.queue.add(formatKey(keyOf(pod)));
    if (hangs) this.hanging.add(uid);
    else this.hanging.delete(uid);
    const crash = faults.crash(...process);
    const memory = this.known.pods.get(uid);
    if ((crash !== undefined) === this.crashing.has(uid)) return;
    if (crash) this.crashing.add(uid);
    else this.crashing.delete(uid);
    if (!crash && memory) this.known.pods.set(uid, withoutBackOffs(memory, this.context.clock.now()));
    this.queue.add(formatKey(keyOf(pod)));
  }
}
