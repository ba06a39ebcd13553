import type { corev1 } from '#api';
import { selectorFromSet } from '#apimachinery';
import { isPodReady } from '#component-helpers';
import { commandText } from './usage.js';

/** Thousandths of a core that the requests of one generator cost those who answer them. */
const PER_GENERATOR = 500;
const LOOP = [/\b(?:while|until|for)\b/, /\bdo\b/];
const GENERATOR = /\b(?:hey|ab|wrk|siege|fortio|vegeta|k6)\b/;
const URL_HOST = /https?:\/\/([a-z0-9][a-z0-9-]{0,62})(?:\.([a-z0-9][a-z0-9-]{0,62}))?/;

/** The Service, `namespace/name`, that a pod sends requests to without end; undefined if it sends none. */
export function targetOf(pod: corev1.Pod): string | undefined {
  for (const container of pod.spec.containers) {
    const text = commandText(container);
    if (!GENERATOR.test(text) && !LOOP.every((word) => word.test(text))) continue;
    const [, name, namespace = pod.metadata.namespace] = URL_HOST.exec(text) ?? [];
    if (name !== undefined) return `${namespace}/${name}`;
  }
  return undefined;
}

/**
 * The load on each pod, by uid: what generators send to a Service is shared by the ready pods behind it. Pods and Services of other
 * namespaces may be among the given ones.
 */
export function loads(pods: readonly corev1.Pod[], services: readonly corev1.Service[]): ReadonlyMap<string, number> {
  const sent = new Map<string, number>();
  for (const pod of pods) {
    const target = pod.status?.phase === 'Running' ? targetOf(pod) : undefined;
    if (target !== undefined) sent.set(target, (sent.get(target) ?? 0) + PER_GENERATOR);
  }
  const load = new Map<string, number>();
  if (sent.size === 0) return load;
  for (const { metadata, spec } of services) {
    const total = sent.get(`${metadata.namespace}/${metadata.name}`);
    if (total === undefined || spec?.selector === undefined) continue;
    const selector = selectorFromSet(spec.selector);
    const behind = pods.filter(
      (pod) => pod.metadata.namespace === metadata.namespace && isPodReady(pod) && selector.matches(pod.metadata.labels),
    );
    for (const { metadata: own } of behind) load.set(own.uid ?? '', (load.get(own.uid ?? '') ?? 0) + total / behind.length);
  }
  return load;
}
