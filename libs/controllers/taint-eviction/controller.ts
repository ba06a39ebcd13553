import { type corev1, Node, Pod } from '#api';
import { formatKey, type Instant, isNotFound, type KubeObject, keyOf, type ObjectKey, parseKey } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import type {
  Change,
  ClusterContext,
  ComponentChange,
  Controller,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { markDisruption } from '../disruption-target.js';
import { noExecuteTaints, planEviction, taintedSince } from './plan.js';

const TAINTED = { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' };

/** Deletes pods that do not tolerate the NoExecute taints of their node, or no longer (pkg/controller/tainteviction). */
class TaintEviction implements OpenController {
  readonly concurrency = 256;
  /** When pods are to be deleted. */
  private readonly planned = new Map<string, Instant>();
  /** Pods whose taints or tolerations have changed; `fresh` if the change was seen as it came. */
  private readonly changed = new Map<string, { fresh: boolean }>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
  ) {
    const { informers } = context;
    indexPodsByNode(informers);
    informers.of(Node).on((change) => this.nodeChanged(change));
    informers.of(Pod).on((change) => this.podChanged(change));
  }

  async reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { namespace, name } = parseKey(key);
    const pod = ctx.informers.of(Pod).get(name, namespace);
    if (pod === undefined) {
      this.changed.delete(key);
      if (this.planned.delete(key)) announce('Cancelling deletion of Pod', { namespace, name }, ctx);
      return undefined;
    }
    this.plan(key, pod, ctx);
    const at = this.planned.get(key);
    if (at === undefined) return undefined;
    const wait = at - ctx.clock.now();
    if (wait > 0) return { requeueAfter: wait };
    await evict(pod, ctx);
    this.planned.delete(key);
    return undefined;
  }

  /** Plans the deletion again if something has changed. The pods of a node that is gone keep their plan. */
  private plan(key: string, pod: corev1.Pod, ctx: ReconcileContext): void {
    const change = this.changed.get(key);
    this.changed.delete(key);
    const node = ctx.informers.of(Node).get(pod.spec.nodeName ?? '');
    if (!change || !node) return;
    const now = ctx.clock.now();
    const taints = noExecuteTaints(node);
    const since = change.fresh ? now : taintedSince(taints, pod, now);
    const { at, cancelled } = planEviction(taints, pod.spec.tolerations ?? [], { before: this.planned.get(key), since, now });
    if (cancelled) announce('Cancelling deletion of Pod', pod.metadata, ctx);
    if (at === undefined) this.planned.delete(key);
    else this.planned.set(key, at);
  }

  private nodeChanged({ object, old, deleted, revision }: Change<corev1.Node>): void {
    if (deleted) return;
    const [taints, before] = [noExecuteTaints(object), noExecuteTaints(old)];
    if (taints.length === before.length && JSON.stringify(taints) === JSON.stringify(before)) return;
    for (const pod of podsOnNode(this.context.informers, object.metadata.name)) this.add(pod, revision);
  }

  private podChanged({ object, old, deleted, revision }: Change<corev1.Pod>): void {
    const { nodeName, tolerations } = object.spec;
    if (!nodeName) return;
    if (deleted) {
      const key = formatKey(keyOf(object));
      if (this.planned.has(key)) this.queue.add(key, revision || undefined);
      return;
    }
    const node = this.context.informers.of(Node).get(nodeName);
    if (noExecuteTaints(node).length === 0) return;
    const same = old?.spec.nodeName === nodeName && JSON.stringify(old.spec.tolerations) === JSON.stringify(tolerations);
    if (!same) this.add(object, revision);
  }

  private add(pod: corev1.Pod, revision: number): void {
    const key = formatKey(keyOf(pod));
    this.changed.set(key, { fresh: revision > 0 });
    this.queue.add(key, revision || undefined);
  }
}

/** Upstream's events name the pod without its uid. */
function announce(what: string, { namespace, name }: ObjectKey, { recorder }: ReconcileContext): void {
  const about: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  recorder.normal(about, 'TaintManagerEviction', `${what} ${namespace}/${name}`);
}

async function evict(pod: corev1.Pod, ctx: ReconcileContext): Promise<void> {
  const { name, namespace } = pod.metadata;
  announce('Marking for deletion Pod', pod.metadata, ctx);
  try {
    await markDisruption(pod, TAINTED, ctx);
    await ctx.client.delete(Pod, name, namespace);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Whether a change may concern it: pods that are bound, and nodes. */
function interests({ group, resource, object }: ComponentChange): boolean {
  if (group !== '') return false;
  return resource === 'nodes' || (resource === 'pods' && Boolean((object() as corev1.Pod).spec.nodeName));
}

export const taintEviction: Controller = {
  name: 'taint-eviction-controller',
  interests,
  open: (context, queue) => new TaintEviction(context, queue),
};
