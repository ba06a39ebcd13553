import type { metav1 } from '#api';

/** A map as Go's JSON prints it: sorted by key. For values in messages. */
export function printedMap(map: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  return map && Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A label selector as Go's JSON prints it. */
export function printedSelector(selector: metav1.LabelSelector | undefined): metav1.LabelSelector | undefined {
  if (!selector) return undefined;
  const { matchLabels, matchExpressions } = selector;
  return { ...(matchLabels && { matchLabels: printedMap(matchLabels) }), ...(matchExpressions && { matchExpressions }) };
}
