import { type corev1, Pod } from '#api';
import { formatTime, ignoreNotFound } from '#apimachinery';
import { podPriority, transitionTime } from '#component-helpers';
import type { EventNote } from '#controller-runtime';
import type { Candidate, Effects } from '../framework.js';

async function evictVictim(victim: corev1.Pod, event: Pick<EventNote, 'message' | 'related'>, effects: Effects): Promise<void> {
  const { client, recorder, profile, clock } = effects;
  const { name, namespace, uid, generation } = victim.metadata;
  const before = victim.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    observedGeneration: generation,
    lastProbeTime: null,
    lastTransitionTime: transitionTime(before, 'True', formatTime(clock.now())),
    reason: 'PreemptionByScheduler',
    message: `${profile}: preempting to accommodate a higher priority pod`,
  };
  await client.patch(Pod, name, namespace, 'strategic', { status: { conditions: [condition] } }, { subresource: 'status' });
  await client.delete(Pod, name, namespace, { uid });
  recorder.record({ ...event, about: victim, type: 'Normal', reason: 'Preempted', action: 'Preempting' });
}

/** Pods of lower priority that are nominated for the node may no longer fit: their nominations are cleared (clearNominatedNodeName). */
async function clearLowerNominations(pod: corev1.Pod, node: string, { client, nominator }: Effects): Promise<void> {
  const lower = nominator.on(node).filter((other) => podPriority(other) < podPriority(pod));
  await Promise.all(
    lower.map(({ metadata: { name, namespace } }) =>
      client
        .patch(Pod, name, namespace, 'strategic', { status: { nominatedNodeName: null } }, { subresource: 'status' })
        .then(() => undefined, ignoreNotFound),
    ),
  );
}

/** Makes room for the pod: marks and deletes its victims, except those that are being deleted already (prepareCandidate). */
export async function evict(pod: corev1.Pod, { node, victims }: Candidate, options: Effects): Promise<void> {
  await clearLowerNominations(pod, node.name, options);
  const event = { message: `Preempted by pod ${pod.metadata.uid} on node ${node.name}`, related: pod };
  const staying = victims.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await Promise.all(staying.map((victim) => evictVictim(victim, event, options).catch(ignoreNotFound)));
}
