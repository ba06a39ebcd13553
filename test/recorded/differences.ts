/** The replay's report for a case: where (step/pointer) something differs, what was recorded, and the actual value. */
interface Compared {
  topic: string;
  case: string;
  diffs: ReadonlyArray<readonly [where: string, recorded: unknown, came: unknown]>;
}

/**
 * A warning of ours that the real server does not give: it has all controllers. It goes as soon as the kind's controller is there
 * (libs/cluster/unworked-kinds.ts), so it is not counted as a difference.
 */
const UNWORKED = /^299 - "[a-z0-9./]+ \w+ is stored, but no controller of this cluster works on it yet"$/;

/** Steps that read an object which the garbage collector is about to remove: the answer depends on which of the two comes first. */
const RACES: ReadonlySet<string> = new Set(['delete :: default propagation per kind :: s6']);

/** What came without our warnings, and without what is empty then. */
function withoutOurs(came: unknown): unknown {
  if (typeof came === 'string') return UNWORKED.test(came) ? undefined : came;
  if (typeof came !== 'object' || came === null) return came;
  const kept = Object.entries(came)
    .map(([key, value]) => [key, withoutOurs(value)] as const)
    .filter(([, value]) => value !== undefined);
  if (kept.length === 0) return undefined;
  return Array.isArray(came) ? kept.map(([, value]) => value) : Object.fromEntries(kept);
}

/** Whether a difference in the headers is only our warning. */
const isOurs = (where: string, recorded: unknown, came: unknown): boolean =>
  /^[^/]+\/headers/.test(where) && JSON.stringify(withoutOurs(came)) === JSON.stringify(recorded ?? undefined);

const shown = (value: unknown): string => (value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'nothing').slice(0, 300));

function found(results: readonly Compared[]): Map<string, string> {
  const steps = new Map<string, string>();
  for (const { topic, case: name, diffs } of results) {
    for (const [where, recorded, came] of diffs) {
      if (isOurs(where, recorded, came)) continue;
      const step = `${topic} :: ${name} :: ${where.split('/')[0]}`;
      if (!RACES.has(step) && !steps.has(step)) steps.set(step, `${where}: recorded ${shown(recorded)}, came ${shown(came)}`);
    }
  }
  return steps;
}

/** The names of the steps that differ, as on the list. */
export const differing = (results: readonly Compared[]): string[] => [...found(results).keys()].sort();

/**
 * Deviations from the list of known differences: steps that differ and are not on it, and steps on it that no longer differ. A step is
 * named `topic :: case :: step`.
 */
export function unexpected(results: readonly Compared[], known: readonly string[]): string[] {
  const differs = found(results);
  const listed = new Set(known);
  return [
    ...[...differs].filter(([step]) => !listed.has(step)).map(([step, what]) => `${step} differs: ${what}`),
    ...known
      .filter((step) => !differs.has(step))
      .map((step) => `${step} agrees now: remove it from the list (test/recorded/differences.json)`),
  ];
}
