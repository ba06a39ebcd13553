import type { GraphQLFieldConfigMap } from 'graphql';
import type { corev1 } from '#api';
import { podLimits, podRequests, resourceListTexts } from '#component-helpers';
import type { GraphContext } from '../context.js';
import { ResourceList } from './quantities.js';

type Amounts = Readonly<Record<string, string>>;

/** Computed once for each pod, since objects that are read do not change. */
function once(amountsOf: (pod: corev1.Pod) => Amounts): (pod: corev1.Pod) => Amounts {
  const known = new WeakMap<corev1.Pod, Amounts>();
  return (pod) => {
    const made = known.get(pod) ?? amountsOf(pod);
    known.set(pod, made);
    return made;
  };
}

/** What a pod as a whole requests, as the scheduler counts it, and its limits: of containers, init containers and overhead together. */
export const podAmounts = {
  requests: once((pod) => resourceListTexts(podRequests(pod, { useStatus: true }))),
  limits: once((pod) => resourceListTexts(podLimits(pod, { useStatus: true }))),
};

const field = (part: keyof typeof podAmounts, description: string) => ({
  type: ResourceList,
  description,
  resolve: (pod: unknown) => podAmounts[part](pod as corev1.Pod),
});

/** The same as fields of pods. */
export const podAmountFields: GraphQLFieldConfigMap<unknown, GraphContext> = {
  requests: field('requests', 'What the scheduler counts for this pod: its containers, init containers and overhead together.'),
  limits: field('limits', 'The limits of this pod as a whole.'),
};
