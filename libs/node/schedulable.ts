import { type corev1, Node } from '#api';
import type { ClusterContext, ComponentChange, Controller, OpenController, ReconcileContext, WorkQueue } from '#controller-runtime';
import { heartbeats, say } from './heartbeats.js';

const isCordoned = ({ spec }: corev1.Node): boolean => spec?.unschedulable === true;

/** Kubelets say it when their node has been cordoned or uncordoned; one that is down says it when it is back. */
class Schedulable implements OpenController {
  readonly concurrency = 64;
  /** The nodes about which something is to be said, and whether they were cordoned when their kubelets last looked. */
  private readonly changed = new Map<string, boolean>();

  constructor(
    private readonly context: ClusterContext,
    queue: WorkQueue,
  ) {
    context.informers.of(Node).on(({ object, old, deleted, revision }) => {
      const { name } = object.metadata;
      if (deleted) this.changed.delete(name);
      if (deleted || old === undefined || isCordoned(old) === isCordoned(object)) return;
      if (!this.changed.has(name)) this.changed.set(name, isCordoned(old));
      queue.add(name, revision);
    });
    context.faults.onChange(() => {
      for (const name of this.changed.keys()) queue.add(name);
    });
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<undefined> {
    const node = this.context.informers.of(Node).get(name);
    const before = this.changed.get(name);
    if (node === undefined || before === undefined || this.context.faults.kubelet(name) !== undefined) return;
    this.changed.delete(name);
    if (before === isCordoned(node)) return;
    const reason = before ? 'NodeSchedulable' : 'NodeNotSchedulable';
    say(node, [[reason, `Node ${name} status is now: ${reason}`]], ctx);
  }
}

const interests = ({ group, resource }: ComponentChange): boolean => group === '' && resource === 'nodes';

/** The events of kubelets whose nodes are cordoned and uncordoned (kubelet_node_status.go recordNodeSchedulableEvent). */
const schedulable: Controller = {
  name: 'kubelet-schedulable',
  eventSource: 'kubelet',
  interests,
  open: (context, queue) => new Schedulable(context, queue),
};

/** The parts of the kubelets that tell how it is with their nodes. */
export const nodeReports: readonly Controller[] = [heartbeats, schedulable];
