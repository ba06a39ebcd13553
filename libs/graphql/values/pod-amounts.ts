import type { GraphQLFieldConfigMap } from 'graphql';
import type { corev1 } from '#api';
import { memoized } from '#apimachinery';
import { podLimits, podRequests, resourceListTexts } from '#component-helpers';
import type { GraphContext } from '../context.js';
import { ResourceList } from './quantities.js';

/** What a pod as a whole requests, as the scheduler counts it, and its limits: of containers, init containers and overhead together. */
export const podAmounts = {
  requests: memoized((pod: corev1.Pod) => resourceListTexts(podRequests(pod, { useStatus: true }))),
  limits: memoized((pod: corev1.Pod) => resourceListTexts(podLimits(pod, { useStatus: true }))),
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
