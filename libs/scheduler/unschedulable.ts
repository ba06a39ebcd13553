import { type corev1, Pod } from '#api';
import { formatTime, isNotFound } from '#apimachinery';
import type { CausalClient } from '#client';
import { conditionOf, transitionTime } from '#component-helpers';
import type { ClusterContext } from '#controller-runtime';
import { NO_CLAIM_STATE } from './devices/messages.js';
import { fitMessage, rejectingPlugins } from './fit-message.js';
import type { Effects, FitFailure, PostFiltered } from './framework.js';
import type { Nominator } from './nominator.js';
import type { SchedulingQueue, Waiting } from './queue.js';

/** What the handler of unschedulable pods works with. */
export interface UnschedulableOptions {
  context: ClusterContext;
  queue: SchedulingQueue;
  nominator: Nominator;
}

/** The results of a failed cycle and of postFilter after it. */
export interface Failed {
  failure: FitFailure;
  /** Unset if it did not run: there are no nodes, or no such plugins. */
  postFilter: PostFiltered | undefined;
}

/** Bytes of an event's note at most (validation.NoteLengthLimit). */
const LONGEST_NOTE = 1024;

/** Why a pod is pending, as its condition and event say it. */
export function failureMessage({ failure, postFilter }: Failed): string {
  if (failure.nodes === 0) return 'no nodes available to schedule pods';
  if (!postFilter) return fitMessage(failure, '');
  if (failure.preFilter) return fitMessage(failure, NO_CLAIM_STATE);
  if (postFilter.candidate || !postFilter.message) return fitMessage(failure, '');
  return fitMessage(failure, postFilter.message);
}

function truncated(message: string): string {
  const suffix = ' ...';
  return message.length <= LONGEST_NOTE ? message : message.slice(0, LONGEST_NOTE - suffix.length) + suffix;
}

/** The new nominated node; undefined if it is unchanged. */
function nominationOf({ failure, postFilter }: Failed): { node: string | undefined } | undefined {
  if (postFilter?.candidate) return { node: postFilter.candidate.node.name };
  if (failure.preFilter) return undefined;
  return postFilter?.nomination === 'clear' ? { node: undefined } : undefined;
}

interface PendingStatus {
  reason: 'Unschedulable' | 'SchedulerError';
  message: string;
  nomination?: { node: string | undefined } | undefined;
}

/** Handles unschedulable pods (handleSchedulingFailure). */
export class UnschedulablePods {
  constructor(private readonly options: UnschedulableOptions) {}

  /** The pod waits for a change; its victims are evicted, and the reason is recorded in an event and in its status. */
  async handle({ key, pod }: Waiting, failed: Failed, effects: Effects): Promise<void> {
    const { queue, nominator } = this.options;
    const message = failureMessage(failed);
    const nomination = nominationOf(failed);
    queue.fail(key, { rejectedBy: rejectingPlugins(failed.failure) });
    if (nomination) nominator.set(pod, nomination.node);
    this.record(pod, message, effects);
    try {
      if (!failed.failure.preFilter) await failed.postFilter?.act?.(effects);
      await this.writeStatus(pod, { reason: 'Unschedulable', message, nomination }, effects.client);
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

  /** Scheduling or binding the pod has failed with an error: it is retried after its back-off. */
  async failed({ key, pod }: Waiting, message: string, effects: Effects): Promise<void> {
    const { queue } = this.options;
    queue.fail(key, 'retry');
    this.record(pod, message, effects);
    const clears = pod.status?.nominatedNodeName ? { node: undefined } : undefined;
    await this.writeStatus(pod, { reason: 'SchedulerError', message, nomination: clears }, effects.client).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
      queue.remove(key);
    });
  }

  private record(pod: corev1.Pod, message: string, { recorder }: Effects): void {
    recorder.record({ about: pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message: truncated(message) });
  }

  /** Writes why the pod is pending and its nominated node, if that has changed. */
  private async writeStatus(
    { metadata, status }: corev1.Pod,
    { reason, message, nomination }: PendingStatus,
    client: CausalClient,
  ): Promise<void> {
    const before = conditionOf(status?.conditions, 'PodScheduled');
    const renamed = nomination !== undefined && (nomination.node ?? '') !== (status?.nominatedNodeName ?? '');
    if (!renamed && before?.status === 'False' && before.reason === reason && before.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      observedGeneration: metadata.generation,
      lastProbeTime: null,
      lastTransitionTime: transitionTime(before, 'False', formatTime(this.options.context.clock.now())),
      reason,
      message,
    };
    const next = { conditions: [condition], ...(renamed ? { nominatedNodeName: nomination.node ?? null } : {}) };
    await client.patch(Pod, metadata.name, metadata.namespace, 'strategic', { status: next }, { subresource: 'status' });
  }
}
