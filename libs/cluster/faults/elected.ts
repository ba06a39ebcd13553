import { type coordinationv1, Lease } from '#api';
import { formatMicroTime, type Instant, isForbidden, isInvalid, isNotFound } from '#apimachinery';
import type { LeaderElection } from '#apiserver';
import { type ClusterContext, type Component, createRecorder } from '#controller-runtime';
import { processFollower } from '../component-metrics.js';
import { FaultView } from './fault-view.js';
import type { Elected } from './leader-election.js';

/** A leader that has just got its Lease. */
interface Leader {
  identity: string;
  acquired: Instant;
  election: LeaderElection;
}

/** Its Lease, which has changed hands so often. */
function heldLease({ identity, acquired, election }: Leader, transitions: number): coordinationv1.Lease {
  const { name, namespace, leaseDuration } = election;
  const time = formatMicroTime(acquired);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.trunc(leaseDuration / 1000),
      acquireTime: time,
      renewTime: time,
      leaseTransitions: transitions,
    },
  };
}

/** Writes the Lease and the event of a leader that took over. Does nothing if that was done before. */
async function takeLease(name: Elected, leader: Leader, context: ClusterContext): Promise<void> {
  const { identity, election } = leader;
  const client = context.client.as({ component: name });
  const standing = await client.get(Lease, election.name, election.namespace).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    return undefined;
  });
  if (standing?.spec?.holderIdentity === identity) return;
  const lease = heldLease(leader, standing ? (standing.spec?.leaseTransitions ?? 0) + 1 : 0);
  const written = standing ? await client.update(Lease, { ...standing, spec: lease.spec }) : await client.create(Lease, lease);
  const recorder = createRecorder({ client, clock: context.clock, random: context.random, component: name });
  recorder.record({ about: written, type: 'Normal', reason: 'LeaderElection', message: `${identity} became leader` });
  await recorder.flushed();
}

/** Whether the Lease cannot be had: the component has no rights to it, it has no namespace, or it is not valid. It is tried again. */
const isRefused = (error: unknown): boolean => isForbidden(error) || isNotFound(error) || isInvalid(error);

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
      const hasWork = instance.hasWork?.bind(instance);
      /** The last identity whose Lease was taken here. */
      let taken: string | undefined;
      let refused = false;
      if (hasWork) instance.hasWork = () => !refused && hasWork();
      const followProcess = context.faults instanceof FaultView ? processFollower(name, context) : () => undefined;
      instance.drain = async (budget) => {
        const state = context.faults instanceof FaultView ? context.faults.controlPlane() : undefined;
        const leadership = state?.leadership(name, context.clock.now());
        refused = false;
        if (state && leadership?.acquired !== undefined && isPresent(context)) {
          const identity = state.identity(name, leadership);
          const election = state.electionOf(name, leadership.holder);
          if (identity !== taken && election.elects) {
            await takeLease(name, { identity, acquired: leadership.acquired, election }, context).catch((error: unknown) => {
              if (!isRefused(error)) throw error;
              refused = true;
            });
          }
          if (refused) return { more: false, nextAt: context.clock.now() + election.retryPeriod };
          taken = identity;
        }
        followProcess();
        return drain(budget);
      };
      return instance;
    },
  };
}
