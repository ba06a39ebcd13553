import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';

type EqualitySelector = Readonly<Record<string, string>> | undefined;

/** A label with its value, as a grouping key. */
export const labelPair = ([key, value]: readonly [string, string]): string => `${key}=${value}`;

/** Every label of an object with its value. */
export const labelPairs = ({ metadata }: KubeObject): string[] => Object.entries(metadata.labels ?? {}).map(labelPair);

/** Whether a plain (equality) selector matches the object; a missing or empty one matches nothing, as for a Service. */
export function selects(selector: EqualitySelector, object: KubeObject): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => object.metadata.labels?.[key] === value);
}

/** The candidates that satisfy a condition. Each is counted, and the operation may have to wait in between. */
export async function sift<T extends KubeObject>(
  candidates: Iterable<T>,
  holds: (object: T) => boolean,
  { meter }: GraphContext,
): Promise<T[]> {
  const found: T[] = [];
  for (const candidate of candidates) {
    meter.count('scanned', 1);
    const wait = meter.turn();
    if (wait) await wait;
    if (holds(candidate)) found.push(candidate);
  }
  return found;
}
