/** How many clusters are made at the same time. */
const AT_ONCE = 5;
/** How many clusters one request may make. */
export const MOST_AT_ONCE = 100;

/** `name-1`, `name-2` … */
export function namesOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** Makes something of each name: all of them, or, if one fails, none, with the error of the first that failed. */
export async function madeOfAll<T>(
  names: readonly string[],
  { make, undo }: { make(name: string): Promise<T>; undo(made: T): Promise<unknown> },
): Promise<T[]> {
  const made: T[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const outcomes = await Promise.allSettled(names.slice(start, start + AT_ONCE).map(make));
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') made.push(outcome.value);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) continue;
    for (const one of made) await undo(one);
    throw failed.reason;
  }
  return made;
}
