import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import type { Struct } from '../shapes/shape.js';
import { type Asked, askedFields, property } from './asked.js';
import { entriesOf, type Given } from './operators.js';
import { keysOf, visit } from './path.js';
import { type Comparable, compare, type Scale, scaleOf, scales } from './scales.js';
import { resourceNames } from './where.js';

type Key = Comparable | undefined;

interface Column {
  read(value: unknown): Key;
  readonly descending: boolean;
}

/** How a list is ordered. */
export interface Order {
  /** What an object is ordered by. */
  keys(object: object): readonly Key[];
  /** Negative if the first stands before the second. */
  compare(a: readonly Key[], b: readonly Key[]): number;
}

/** The one field that an item of `orderBy` names. */
function only(given: Given): [string, unknown] {
  const entries = entriesOf(given);
  const [entry] = entries;
  if (!entry || entries.length > 1) throw badInput('each item of orderBy names one field: write several as [{ … }, { … }]');
  return entry;
}

const column = (scale: Scale, direction: unknown, value: (source: unknown) => unknown = (source) => source): Column => ({
  descending: direction === 'DESC',
  read(source) {
    const found = value(source);
    return found === null || found === undefined ? undefined : scale.read(found);
  },
});

/** The first value at a path. */
function first(source: unknown, keys: readonly string[]): unknown {
  let value: unknown;
  const found = (each: unknown): void => {
    value ??= each;
  };
  visit(source, keys, { step: () => undefined, found });
  return value;
}

const entry = (key: string) => (source: unknown) => property(source, key);

function valueColumn(asked: Asked, given: unknown): Column {
  const { key = '', path, direction, count, of } = (typeof given === 'object' ? given : {}) as Record<string, string | undefined>;
  switch (asked.of) {
    case 'object':
      return objectColumn(asked.struct, given as Given);
    case 'texts':
      return column(scales.text, direction, entry(key));
    case 'json': {
      const keys = path ? keysOf(path) : [];
      return column(scales.json, direction, (source) => first(source, keys));
    }
    case 'list':
      return column(scales.number, count, (source) => (Array.isArray(source) ? source.length : 0));
    case 'amounts': {
      if (of) {
        const { resource, direction: by } = of as unknown as Record<string, string>;
        return column(scales.quantity, by, entry(resource ?? ''));
      }
      const [name, by] = only(given as Given);
      return column(scales.quantity, by, entry(resourceNames[name] ?? name));
    }
    default:
      return column(scaleOf(asked) ?? scales.json, given);
  }
}

function objectColumn(struct: Struct, given: Given): Column {
  const [name, below] = only(given);
  const field = askedFields(struct).get(name);
  if (!field) throw badInput(`${struct.name} has no field ${name}`);
  const { read, descending } = valueColumn(field.asked, below);
  return { descending, read: (source) => read(field.read(source)) };
}

/** The order that `orderBy` asks for: by each item in turn; what has no value stands last, ascending or descending. */
export function compileOrder(struct: Struct, orderBy: readonly Given[]): Order {
  if (orderBy.length > limits.orderFields) throw badInput(`orderBy has at most ${limits.orderFields} fields`);
  const columns = orderBy.map((item) => objectColumn(struct, item));
  return {
    keys: (object) => columns.map(({ read }) => read(object)),
    compare(a, b) {
      for (const [index, { descending }] of columns.entries()) {
        const [one, other] = [a[index], b[index]];
        if (one === undefined && other === undefined) continue;
        if (one === undefined) return 1;
        if (other === undefined) return -1;
        const order = compare(one, other);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    },
  };
}
