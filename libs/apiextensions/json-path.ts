import { getOwn, isJsonObject } from '#apimachinery';

/** The JSONPath of printer columns and selectable fields (client-go/util/jsonpath): what a template between braces may hold. */

type Step =
  | { of: 'field'; name: string }
  | { of: 'wildcard' }
  | { of: 'recursive' }
  | { of: 'slice'; from: number | undefined; to: number | undefined; step: number }
  | { of: 'union'; members: ReadonlyArray<readonly Step[]> }
  | { of: 'filter'; left: Operand; operator: string; right: Operand | undefined };

/** One side of a filter: a constant, or a path from the item. */
type Operand = { value: unknown } | { path: readonly Step[] };

/** The text is no path. */
class PathError extends Error {}

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'];
/** Values that one step may produce. */
const MAX_VALUES = 10_000;

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  steps(): Step[] {
    const steps: Step[] = [];
    while (this.at < this.text.length) {
      const next = this.text[this.at];
      if (next === '.') this.dot(steps);
      else if (next === '[') steps.push(this.bracket());
      else if (steps.length === 0 && (next === '@' || next === '$')) this.at += 1;
      else throw new PathError(`unexpected ${next}`);
    }
    return steps;
  }

  private dot(steps: Step[]): void {
    this.at += 1;
    if (this.text[this.at] === '.') {
      this.at += 1;
      steps.push({ of: 'recursive' });
    }
    if (this.text[this.at] === '[' || this.at >= this.text.length) return;
    const name = this.name();
    steps.push(name === '*' ? { of: 'wildcard' } : { of: 'field', name });
  }

  /** A name up to the next dot or bracket; a backslash keeps the character after it. */
  private name(): string {
    let name = '';
    for (; this.at < this.text.length; this.at++) {
      const next = this.text[this.at] ?? '';
      if (next === '\\') name += this.text[++this.at] ?? '';
      else if (next === '.' || next === '[') break;
      else if (/[\s,()<>=!|&@$]/.test(next)) throw new PathError(`unexpected ${next}`);
      else name += next;
    }
    return name;
  }

  /** The text up to the bracket that closes this one. */
  private inside(): string {
    const start = this.at + 1;
    let depth = 0;
    let quote = '';
    for (; this.at < this.text.length; this.at++) {
      const next = this.text[this.at] ?? '';
      if (quote !== '') {
        if (next === '\\') this.at += 1;
        else if (next === quote) quote = '';
      } else if (next === '"' || next === "'") quote = next;
      else if (next === '[') depth += 1;
      else if (next === ']' && --depth === 0) return this.text.slice(start, this.at++);
    }
    throw new PathError('unterminated array');
  }

  private bracket(): Step {
    const inside = this.inside().trim();
    const filter = /^\?\((.*)\)$/s.exec(inside)?.[1];
    if (filter !== undefined) return filterOf(filter);
    const members = split(inside);
    const [only = '', ...others] = members;
    if (others.length === 0) return member(only);
    return { of: 'union', members: members.map((text) => [member(text)]) };
  }
}

/** Splits at commas outside quotes. */
function split(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,"'])+/g)?.map((part) => part.trim()) ?? [''];
}

function member(text: string): Step {
  if (text === '*') return { of: 'wildcard' };
  const quoted = /^(["'])(.*)\1$/s.exec(text)?.[2];
  if (quoted !== undefined) return { of: 'field', name: quoted.replace(/\\(.)/g, '$1') };
  const slice = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(text);
  if (slice === null || text === '') throw new PathError(`invalid array index ${text}`);
  const [, from = '', to, step] = slice;
  const number = (digits: string | undefined): number | undefined => (digits ? Number(digits) : undefined);
  if (to === undefined) {
    const index = Number(from);
    return { of: 'slice', from: index, to: index === -1 ? undefined : index + 1, step: 1 };
  }
  return { of: 'slice', from: number(from), to: number(to), step: number(step) ?? 1 };
}

function filterOf(text: string): Step {
  const operator = OPERATORS.map((one) => ({ one, at: outsideQuotes(text, one) })).filter(({ at }) => at >= 0);
  operator.sort((a, b) => a.at - b.at || b.one.length - a.one.length);
  const [first] = operator;
  if (first === undefined) return { of: 'filter', left: operand(text.trim()), operator: 'exists', right: undefined };
  const right = text.slice(first.at + first.one.length).trim();
  return { of: 'filter', left: operand(text.slice(0, first.at).trim()), operator: first.one, right: operand(right) };
}

function outsideQuotes(text: string, wanted: string): number {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const next = text[i] ?? '';
    if (quote !== '') {
      if (next === quote) quote = '';
    } else if (next === '"' || next === "'") quote = next;
    else if (text.startsWith(wanted, i)) return i;
  }
  return -1;
}

function operand(text: string): Operand {
  const quoted = /^(["'])(.*)\1$/s.exec(text)?.[2];
  if (quoted !== undefined) return { value: quoted };
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return { value: Number(text) };
  if (!text.startsWith('@') && !text.startsWith('$') && !text.startsWith('.')) throw new PathError(`unrecognized ${text}`);
  return { path: new Reader(text).steps() };
}

function* descendants(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const below of Object.values(value)) yield* descendants(below);
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '==' || operator === '!=') return (left === right) === (operator === '==');
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false;
  const [a, b] = [left, right as typeof left];
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

function matches(item: unknown, { left, operator, right }: Step & { of: 'filter' }): boolean {
  const valuesOf = (side: Operand): unknown[] => ('value' in side ? [side.value] : walk(side.path, item));
  const [a] = valuesOf(left);
  if (operator === 'exists' || right === undefined) return a !== undefined;
  const [b] = valuesOf(right);
  return a !== undefined && b !== undefined && compare(a, operator, b);
}

function sliced(list: readonly unknown[], { from = 0, to = list.length, step }: Step & { of: 'slice' }): unknown[] {
  const start = from < 0 ? from + list.length : from;
  const end = Math.min(to < 0 ? to + list.length : to, list.length);
  const found: unknown[] = [];
  for (let i = Math.max(start, 0); step > 0 && i < end; i += step) found.push(list[i]);
  return found;
}

function taken(value: unknown, step: Step): unknown[] {
  switch (step.of) {
    case 'field': {
      const found = isJsonObject(value) ? getOwn(value, step.name) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'wildcard':
      return typeof value === 'object' && value !== null ? Object.values(value) : [];
    case 'recursive':
      return [...descendants(value)];
    case 'slice':
      return Array.isArray(value) ? sliced(value, step) : [];
    case 'union':
      return step.members.flatMap((steps) => walk(steps, value));
    case 'filter':
      return typeof value === 'object' && value !== null ? Object.values(value).filter((item) => matches(item, step)) : [];
  }
}

function walk(steps: readonly Step[], root: unknown): unknown[] {
  let values: unknown[] = [root];
  for (const step of steps) {
    const next: unknown[] = [];
    for (const value of values) {
      for (const found of taken(value, step)) if (next.length < MAX_VALUES) next.push(found);
    }
    values = next;
  }
  return values;
}

/** Finds the first value of a path; undefined if there is none. */
export type PathLookup = (root: unknown) => unknown;

/** Compiles a path; undefined if it is none. */
export function jsonPath(text: string): PathLookup | undefined {
  try {
    const steps = new Reader(text).steps();
    return (root) => walk(steps, root)[0];
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}
