import { parseDuration } from '../duration.js';
import { badInput } from '../errors.js';
import { type Comparable, compare, foldedTexts, givenText, type Scale, scales } from './scales.js';
import type { Holds, Parts } from './work.js';

/** What a client gives for one field: operators with their operands. */
export type Given = Readonly<Record<string, unknown>>;

type Test = (value: Comparable | undefined) => boolean;

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
};

const matches: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  startsWith: (text, part) => text.startsWith(part),
  endsWith: (text, part) => text.endsWith(part),
};

/** Whether a sorted list has a value: the number of steps is the logarithm of its length. */
function has(sorted: readonly Comparable[], value: Comparable): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const order = compare(sorted[middle] as Comparable, value);
    if (order === 0) return true;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return false;
}

function oneOf(operand: unknown, scale: Scale, parts: Parts): Test {
  const given = operand as readonly unknown[];
  parts.add(given.length);
  const values = given.map((each) => scale.given(each)).sort(compare);
  return (value) => value !== undefined && has(values, value);
}

function testOf(operator: string, operand: unknown, scale: Scale, parts: Parts): Test {
  parts.add();
  if (operator === 'isNull') return (value) => (value === undefined) === operand;
  if (operator === 'ne' || operator === 'notIn') {
    const equal = testOf(operator === 'ne' ? 'eq' : 'in', operand, scale, parts);
    return (value) => !equal(value);
  }
  if (operator === 'in') return oneOf(operand, scale, parts);
  const match = matches[operator];
  if (match) {
    const part = scale.given(givenText(operand));
    return (value) => typeof value === 'string' && match(value, String(part));
  }
  const comparison = comparisons[operator];
  if (!comparison) throw badInput(`there is no operator ${operator}`);
  const other = scale.given(operand);
  // Numbers and texts are not compared with one another.
  return (value) => value !== undefined && typeof value === typeof other && comparison(compare(value, other));
}

/** The operators that are given: a null means the same as nothing. */
export const entriesOf = (given: Given): Array<[string, unknown]> =>
  Object.entries(given).filter(([, operand]) => operand !== null && operand !== undefined);

function all(given: Given, scale: Scale, parts: Parts): Holds {
  const tests = entriesOf(given).map(([operator, operand]) => testOf(operator, operand, scale, parts));
  return (value, work) => {
    work.step(value);
    const read = value === null || value === undefined ? undefined : scale.read(value);
    return tests.every((test) => test(read));
  };
}

/** The condition that operators make on values of a scale. */
export function operators({ ignoreCase, ...given }: Given, scale: Scale, parts: Parts): Holds {
  return all(given, ignoreCase === true ? foldedTexts : scale, parts);
}

function durationOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw badInput(`${JSON.stringify(text.slice(0, 100))} is no duration: write 90s, 1h30m, 7d`);
  return milliseconds;
}

/** The condition on a point in time; `now`: of the cluster's clock. */
export function timeOperators(given: Given, now: number, parts: Parts): Holds {
  const asNumbers: Scale = { read: scales.time.read, given: Number };
  const translated = entriesOf(given).map(([operator, operand]): [string, unknown] => {
    switch (operator) {
      case 'olderThan':
        return ['lt', now - durationOf(String(operand))];
      case 'youngerThan':
        return ['gt', now - durationOf(String(operand))];
      case 'before':
        return ['lt', scales.time.given(operand)];
      case 'after':
        return ['gt', scales.time.given(operand)];
      case 'isNull':
        return [operator, operand];
      default:
        return [operator, scales.time.given(operand)];
    }
  });
  const tests = translated.map(([operator, operand]) => all({ [operator]: operand }, asNumbers, parts));
  return (value, work) => tests.every((holds) => holds(value, work));
}
