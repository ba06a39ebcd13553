import { type corev1, Pod } from '#api';
import { type Instant, isConflict, isNotFound, StatusError } from '#apimachinery';
import type { CausalClient } from '#client';
import type { ClusterContext } from '#controller-runtime';
import type { CycleState, Effects, FitFailure, Plugin, Rejection, Wait, World } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { Nominator } from './nominator.js';
import type { Profile } from './profile.js';
import type { SchedulingQueue, Waiting } from './queue.js';
import type { Snapshot } from './snapshot.js';

/** What the binder works with. */
export interface BinderOptions {
  context: ClusterContext;
  queue: SchedulingQueue;
  snapshot: Snapshot;
  nominator: Nominator;
  /** A pod does not count for its node any more: others may fit there. */
  released(pod: corev1.Pod, node: string): void;
}

/** A pod and the node that a cycle has chosen for it. */
export interface Decision {
  waiting: Waiting;
  node: string;
  state: CycleState;
  profile: Profile;
  /** When it was begun. */
  tried: Instant;
}

/** A pod cannot be bound to its node after all. */
type Refused = { rejection: Rejection; error?: undefined } | { rejection?: undefined; error: unknown };

/** How a binding has ended: bound, given up, refused, or to be continued. */
export type Bound = 'done' | 'gone' | Refused | (Wait & { plugin: Plugin });

const isWait = (outcome: Rejection | Wait): outcome is Wait => 'wait' in outcome;

/** The failure of a pod that its chosen node's plugins have rejected. */
export function rejectedBy(rejection: Rejection, node: string, state: CycleState): FitFailure {
  return { nodes: 1, rejections: new Map([[node, rejection]]), filters: { state, active: [] } };
}

/** An error of a plugin, as upstream reports it. */
class PluginError extends Error {
  constructor(point: string, plugin: Plugin, cause: unknown) {
    super(`running ${point} plugin "${plugin.name}": ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The cause of a plugin's error, which says what the API server has answered. */
export const rootCause = (error: unknown): unknown => (error instanceof PluginError ? error.cause : error);

/** Binds pods to the nodes that were chosen for them (prepareForBindingCycle, bindingCycle). */
export class Binder {
  constructor(private readonly options: BinderOptions) {}

  /** The pod counts for its node from now on, before the binding is written. A rejection of a plugin is undone at once. */
  reserve(decision: Decision, node: NodeInfo, world: World): Rejection | undefined {
    const { waiting, state, profile } = decision;
    const { snapshot, nominator } = this.options;
    snapshot.assume(waiting.pod, decision.node);
    nominator.remove(waiting.pod);
    for (const plugin of profile.at('reserve')) {
      const rejection = plugin.reserve?.(waiting.pod, node, state, world);
      if (!rejection) continue;
      this.forget(decision);
      return { ...rejection, plugin: plugin.name };
    }
    return undefined;
  }

  /** Gives back what was taken for the pod (unreserveAndForget). */
  forget({ waiting: { pod }, node, state, profile }: Decision): void {
    const { context, snapshot, released } = this.options;
    for (const plugin of [...profile.at('reserve')].reverse()) plugin.unreserve?.(pod, node, state);
    snapshot.removePod(pod);
    const current = context.informers.of(Pod).get(pod.metadata.name, pod.metadata.namespace);
    if (current?.spec.nodeName) snapshot.setPod(current);
    else released(pod, node);
  }

  /** Permit, preBind, bind and postBind. A pod that has to wait stays assumed; the call is repeated when it may go on. */
  async bind(decision: Decision, effects: Effects): Promise<Bound> {
    const { waiting, node, state, profile } = decision;
    const { pod } = waiting;
    let at: Instant;
    try {
      const unfinished = await this.prepare(decision, effects);
      if (unfinished) return unfinished;
      at = effects.clock.now();
      await bindWith(profile, pod, node, effects);
    } catch (error) {
      return this.undo(decision, error);
    }
    for (const plugin of profile.at('postBind')) plugin.postBind?.(pod, node, state);
    this.options.queue.remove(waiting.key);
    effects.recorder.record({
      about: pod,
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${waiting.key} to ${node}`,
      // The kubelet may begin before the answer is here: its events come after this one.
      at,
    });
    return 'done';
  }

  /** Permit and preBind: why the pod cannot be bound, or not yet. */
  private async prepare(decision: Decision, effects: Effects): Promise<Bound | undefined> {
    const { waiting, node, state, profile } = decision;
    const { pod } = waiting;
    for (const plugin of profile.at('permit')) {
      const answer = plugin.permit?.(pod, node, state);
      if (!answer) continue;
      if (isWait(answer)) return { ...answer, plugin };
      this.forget(decision);
      return { rejection: { ...answer, plugin: plugin.name } };
    }
    for (const plugin of profile.at('preBind')) {
      const wait = await plugin.preBind?.(pod, node, state, effects).catch((error: unknown) => {
        throw new PluginError('PreBind', plugin, error);
      });
      if (wait) return { ...wait, plugin };
    }
    return undefined;
  }

  /** Whether plugins have work before the binding: then the pod shows the node that it is about to get. */
  preparesBinding({ waiting: { pod }, node, state, profile }: Decision): boolean {
    return profile.at('preBind').some((plugin) => plugin.preBindPreFlight?.(pod, node, state) ?? false);
  }

  /** Removes the pod from the node again; `gone` if nothing is left to do, because it is gone or was bound by someone else. */
  private undo(decision: Decision, error: unknown): Bound {
    const { context, queue, nominator } = this.options;
    const { key, pod } = decision.waiting;
    const cause = rootCause(error);
    this.forget(decision);
    const current = context.informers.of(Pod).get(pod.metadata.name, pod.metadata.namespace);
    if (isGone(cause, pod) || (isConflict(cause) && current?.spec.nodeName)) {
      queue.remove(key);
      return 'gone';
    }
    nominator.set(pod, pod.status?.nominatedNodeName);
    return { error };
  }
}

/** Whether the pod itself is gone, and not something else that a plugin has not found. */
function isGone(error: unknown, { metadata }: corev1.Pod): boolean {
  if (!(error instanceof StatusError) || !isNotFound(error)) return false;
  const { details } = error.status;
  return details?.kind === 'pods' && details.name === metadata.name;
}

async function bindWith(profile: Profile, pod: corev1.Pod, node: string, effects: Effects): Promise<void> {
  for (const plugin of profile.at('bind')) {
    const bound = await plugin.bind?.(pod, node, effects).catch((error: unknown) => {
      throw new PluginError('Bind', plugin, error);
    });
    if (bound) return;
  }
}

/** Writes the node that the pod is about to get, for those who watch (NominatedNodeNameForExpectation). */
export async function nominate({ metadata, status }: corev1.Pod, node: string, client: CausalClient): Promise<void> {
  if (status?.nominatedNodeName === node) return;
  const { name, namespace } = metadata;
  await client.patch(Pod, name, namespace, 'strategic', { status: { nominatedNodeName: node } }, { subresource: 'status' });
}
