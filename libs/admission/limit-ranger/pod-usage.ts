import type { corev1 } from '#api';
import { podLimits, podRequests, resourceListTexts } from '#component-helpers';
import type { Usage } from './constraints.js';

/** The requests and limits of a pod as a whole, without its overhead (limitranger podRequests, podLimits). */
export function podUsage(pod: corev1.Pod): Usage {
  const options = { excludeOverhead: true };
  return { requests: resourceListTexts(podRequests(pod, options)), limits: resourceListTexts(podLimits(pod, options)) };
}
