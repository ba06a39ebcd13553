import { type coordinationv1, Lease } from '#api';
import { formatMicroTime, isNotFound } from '#apimachinery';
import { type ClusterContext, type Component, createRecorder } from '#controller-runtime';
import { processFollower } from '../component-metrics.js';
import { FaultView } from './fault-view.js';
import { type Elected, LEASE_DURATION, type Leadership } from './leader-election.js';

const NAMESPACE = 'kube-system';

type Acquired = Leadership & { readonly acquired: number };

/** The Lease of a leader that has just got it. */
function heldLease(name: string, identity: string, { acquired, transitions }: Acquired): coordinationv1.Lease {
  const time = formatMicroTime(acquired);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_DURATION / 1000,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: transitions,
    },
  };
}

/** Writes the Lease and the event of a leader that took over. Does nothing if that was done before. */
async function takeLease(name: Elected, identity: string, leadership: Acquired, context: ClusterContext): Promise<void> {
  const client = context.client.as({ component: name });
  const standing = await client.get(Lease, name, NAMESPACE).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    return undefined;
  });
  if (standing?.spec?.holderIdentity === identity) return;
  const lease = heldLease(name, identity, leadership);
  const written = standing ? await client.update(Lease, { ...standing, spec: lease.spec }) : await client.create(Lease, lease);
  const recorder = createRecorder({ client, clock: context.clock, random: context.random, component: name });
  recorder.record({ about: written, type: 'Normal', reason: 'LeaderElection', message: `${identity} became leader` });
  await recorder.flushed();
}

/**
 * A component of which one instance works at a time: the one that holds the Lease. It is taken before anything else is done.
 * `isPresent`: whether the cluster has such a component; default true.
 */
export function elected(component: Component, isPresent: (context: ClusterContext) => boolean = () => true): Component {
  const name = component.name as Elected;
  return {
    ...component,
    async open(context) {
      const instance = await component.open(context);
      const drain = instance.drain.bind(instance);
      /** The last identity whose Lease was taken here. */
      let taken: string | undefined;
      const followProcess = context.faults instanceof FaultView ? processFollower(name, context) : () => undefined;
      instance.drain = async (budget) => {
        const state = context.faults instanceof FaultView ? context.faults.controlPlane() : undefined;
        const leadership = state?.leadership(name, context.clock.now());
        if (state && leadership?.acquired !== undefined && isPresent(context)) {
          const identity = state.identity(name, leadership);
          if (identity !== taken) await takeLease(name, identity, { ...leadership, acquired: leadership.acquired }, context);
          taken = identity;
        }
        followProcess();
        return drain(budget);
      };
      return instance;
    },
  };
}
