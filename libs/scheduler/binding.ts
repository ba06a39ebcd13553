import { type corev1, Pod } from '#api';
import { isConflict, isNotFound } from '#apimachinery';
import type { CausalClient } from '#client';
import type { ClusterContext, EventSink } from '#controller-runtime';
import type { Nominator } from './nominator.js';
import type { SchedulingQueue, Waiting } from './queue.js';
import type { Snapshot } from './snapshot.js';

/** What the binder works with. */
export interface BinderOptions {
  context: ClusterContext;
  queue: SchedulingQueue;
  snapshot: Snapshot;
  nominator: Nominator;
  recorder: EventSink;
}

/** Binds pods to the nodes that were chosen for them. */
export class Binder {
  constructor(private readonly options: BinderOptions) {}

  /** The pod counts for its node from now on, before the binding is written. Throws if the binding failed and will be retried. */
  async bind({ key, pod }: Waiting, node: string, client: CausalClient): Promise<void> {
    const { queue, snapshot, nominator, recorder } = this.options;
    snapshot.assume(pod, node);
    nominator.remove(pod);
    try {
      await this.write(pod, node, client);
    } catch (error) {
      if (this.undo(key, pod, error)) return;
      throw error;
    }
    queue.remove(key);
    recorder
      .through(client)
      .record({ about: pod, type: 'Normal', reason: 'Scheduled', action: 'Binding', message: `Successfully assigned ${key} to ${node}` });
  }

  private write({ metadata: { name, namespace, uid } }: corev1.Pod, node: string, client: CausalClient): Promise<unknown> {
    return client.createSubresource(Pod, name, namespace, 'binding', {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { kind: 'Node', name: node },
    } as corev1.Binding);
  }

  /** Removes the pod from the node again; true if nothing is left to do, because it is gone or was bound by someone else. */
  private undo(key: string, pod: corev1.Pod, error: unknown): boolean {
    const { context, queue, snapshot, nominator } = this.options;
    const { name, namespace } = pod.metadata;
    snapshot.removePod(pod);
    const current = context.informers.of(Pod).get(name, namespace);
    if (current?.spec.nodeName) snapshot.setPod(current);
    if (isNotFound(error) || (isConflict(error) && current?.spec.nodeName)) {
      queue.remove(key);
      return true;
    }
    nominator.set(pod, pod.status?.nominatedNodeName);
    queue.fail(key, true);
    return false;
  }
}
