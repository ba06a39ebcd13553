import { type corev1, Pod } from '#api';
import { formatTime, isNotFound } from '#apimachinery';
import type { CausalClient } from '#client';
import { conditionOf, transitionTime } from '#component-helpers';
import type { ClusterContext, EventSink } from '#controller-runtime';
import { PROFILE } from './cluster-events.js';
import type { FitFailure } from './cycle.js';
import { fitMessage } from './fit-message.js';
import type { Nominator } from './nominator.js';
import { evict } from './preemption/evict.js';
import type { Preemption } from './preemption/preempt.js';
import type { SchedulingQueue, Waiting } from './queue.js';

/** What the handler of unschedulable pods works with. */
export interface UnschedulableOptions {
  context: ClusterContext;
  queue: SchedulingQueue;
  nominator: Nominator;
  recorder: EventSink;
}

/** The results of a failed cycle and of the preemption after it. */
export interface Failed {
  failure: FitFailure;
  /** Unset if there are no nodes. */
  preemption: Preemption | undefined;
}

function messageOf({ failure, preemption }: Failed): string {
  if (!preemption) return 'no nodes available to schedule pods';
  if (failure.preFilter) return fitMessage(failure, 'not found');
  return fitMessage(failure, preemption.candidate ? '' : `no new claims to deallocate, preemption: ${preemption.message}`);
}

/** The new nominated node; undefined if it is unchanged. */
function nominationOf(preemption: Preemption | undefined): { node: string | undefined } | undefined {
  if (preemption?.candidate) return { node: preemption.candidate.node.name };
  return preemption?.nomination === 'clear' ? { node: undefined } : undefined;
}

/** Handles unschedulable pods (handleSchedulingFailure). */
export class UnschedulablePods {
  constructor(private readonly options: UnschedulableOptions) {}

  /** The pod waits for a change; its victims are evicted, and the reason is recorded in an event and in its status. */
  async handle({ key, pod }: Waiting, failed: Failed, client: CausalClient): Promise<void> {
    const { queue, nominator, recorder: sink, context } = this.options;
    const { preemption } = failed;
    const message = messageOf(failed);
    const nomination = nominationOf(preemption);
    const recorder = sink.through(client);
    queue.fail(key, false);
    if (nomination) nominator.set(pod, nomination.node);
    recorder.record({ about: pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
    try {
      if (preemption?.candidate)
        await evict(pod, preemption.candidate, { client, recorder, nominator, profile: PROFILE, now: context.clock.now() });
      await this.writeStatus(pod, { message, nomination }, client);
    } catch (error) {
      if (isNotFound(error)) {
        queue.remove(key);
        nominator.remove(pod);
        return;
      }
      // A victim may not have been evicted, so waiting could be in vain.
      queue.retry(key);
      throw error;
    }
  }

  /** Writes why the pod is pending and its nominated node, if that has changed. */
  private async writeStatus(
    { metadata, status }: corev1.Pod,
    { message, nomination }: { message: string; nomination: { node: string | undefined } | undefined },
    client: CausalClient,
  ): Promise<void> {
    const before = conditionOf(status?.conditions, 'PodScheduled');
    const renamed = nomination !== undefined && (nomination.node ?? '') !== (status?.nominatedNodeName ?? '');
    if (!renamed && before?.status === 'False' && before.reason === 'Unschedulable' && before.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      observedGeneration: metadata.generation,
      lastProbeTime: null,
      lastTransitionTime: transitionTime(before, 'False', formatTime(this.options.context.clock.now())),
      reason: 'Unschedulable',
      message,
    };
    const next = { conditions: [condition], ...(renamed ? { nominatedNodeName: nomination.node ?? null } : {}) };
    await client.patch(Pod, metadata.name, metadata.namespace, 'strategic', { status: next }, { subresource: 'status' });
  }
}
