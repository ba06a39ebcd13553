import type { corev1 } from '#api';
import type { ApiServer } from '#apiserver';
import { Scheduling } from '#cluster';
import type { GraphScheduling } from '#graphql';

/**
 * The decisions of a cluster's scheduler for the graph, one after the other: each holds the objects of a whole cluster. `check` throws for
 * users who may not see them.
 */
export function graphScheduling(api: ApiServer, check: () => Promise<void>): GraphScheduling {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(check).then(work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    ofPod: (namespace, name, pause) => inTurn(() => new Scheduling(api, pause).ofPod(namespace, name)),
    whatIf: (pod, pause) => inTurn(() => new Scheduling(api, pause).whatIf(pod as corev1.Pod)),
  };
}
