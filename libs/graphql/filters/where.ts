import { isJsonObject } from '#apimachinery';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import type { Struct } from '../shapes/shape.js';
import { type Asked, askedFields, property } from './asked.js';
import { entriesOf, type Given, operators, timeOperators } from './operators.js';
import { keysOf, visit } from './path.js';
import { scaleOf, scales } from './scales.js';
import { type Holds, Parts, Work } from './work.js';

/** The names of resources whose fields in the graph are named otherwise. */
export const resourceNames: Readonly<Record<string, string>> = { ephemeralStorage: 'ephemeral-storage' };

const every =
  (conditions: readonly Holds[]): Holds =>
  (value, work) =>
    conditions.every((holds) => holds(value, work));

const isAbsent = (value: unknown): boolean => value === null || value === undefined;

class Compiler {
  private readonly parts = new Parts();

  constructor(private readonly now: number) {}

  object(struct: Struct, given: Given, depth: number): Holds {
    if (depth > limits.filterDepth) throw badInput(`where is nested deeper than ${limits.filterDepth} levels`);
    this.parts.add();
    const below = (each: unknown): Holds => this.object(struct, each as Given, depth + 1);
    const holds = every(
      entriesOf(given).map(([name, operand]): Holds => {
        if (name === 'isNull') return (value) => isAbsent(value) === operand;
        if (name === 'not') {
          const condition = below(operand);
          return (value, work) => !condition(value, work);
        }
        if (name === 'and') return every((operand as readonly unknown[]).map(below));
        if (name === 'or') {
          const conditions = (operand as readonly unknown[]).map(below);
          return (value, work) => conditions.some((condition) => condition(value, work));
        }
        const field = askedFields(struct).get(name);
        if (!field) throw badInput(`${struct.name} has no field ${name}`);
        const condition = this.value(field.asked, operand, depth + 1);
        if (!field.isListed) return (value, work) => condition(field.read(value), work);
        return (value, work) => {
          const entries = field.read(value);
          if (Array.isArray(entries)) work.listed(entries.length);
          return condition(entries, work);
        };
      }),
    );
    return (value, work) => {
      work.step();
      return holds(value, work);
    };
  }

  private value(asked: Asked, operand: unknown, depth: number): Holds {
    const given = operand as Given;
    const one = (each: (one: Given) => Holds): Holds => every((operand as readonly Given[]).map(each));
    switch (asked.of) {
      case 'object':
        return this.object(asked.struct, given, depth);
      case 'list':
        return this.list(asked.items, given, depth);
      case 'texts':
        return one((entry) => this.entry(entry));
      case 'json':
        return one((entry) => this.json(entry));
      case 'amounts':
        return this.amounts(given);
      case 'time':
        return timeOperators(given, this.now, this.parts);
      case 'intOrString':
        return this.intOrString(given);
      default:
        return operators(given, scaleOf(asked) ?? scales.json, this.parts);
    }
  }

  private list(items: Asked, { some, every: each, none, count, isNull }: Given, depth: number): Holds {
    const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
    const conditions: Holds[] = [];
    const add = (operand: unknown, holds: (all: readonly unknown[], item: Holds, work: Work) => boolean): void => {
      if (isAbsent(operand)) return;
      const item = this.value(items, operand, depth + 1);
      const counted: Holds = (each, work) => {
        work.step();
        return item(each, work);
      };
      conditions.push((value, work) => holds(listed(value), counted, work));
    };
    add(some, (all, item, work) => all.some((value) => item(value, work)));
    add(each, (all, item, work) => all.every((value) => item(value, work)));
    add(none, (all, item, work) => !all.some((value) => item(value, work)));
    if (!isAbsent(count)) {
      const holds = operators(count as Given, scales.number, this.parts);
      conditions.push((value, work) => holds(listed(value).length, work));
    }
    if (!isAbsent(isNull)) conditions.push((value) => isAbsent(value) === isNull);
    return every(conditions);
  }

  private entry({ key, ...given }: Given): Holds {
    const holds = operators(given, scales.text, this.parts);
    if (typeof key === 'string') return (value, work) => holds(property(value, key), work);
    const { isNull, ...rest } = given;
    const some = operators(rest, scales.text, this.parts);
    const isAny = entriesOf(rest).length > 0;
    return (value, work) => {
      const texts = isJsonObject(value) ? Object.values(value) : [];
      work.step();
      work.listed(texts.length);
      return (isAbsent(isNull) || (texts.length === 0) === isNull) && (!isAny || texts.some((text) => some(text, work)));
    };
  }

  private json({ path, isNull, ...given }: Given): Holds {
    const some = operators(given, scales.json, this.parts);
    const isAny = entriesOf(given).length > 0;
    const keys = typeof path === 'string' ? keysOf(path) : [];
    return (value, work) => {
      let isThere = false;
      let holds = false;
      const found = (each: unknown): void => {
        if (isAbsent(each)) return;
        isThere = true;
        holds ||= some(each, work);
      };
      visit(value, keys, { found, step: () => work.step() });
      if (!isAbsent(isNull) && isThere === isNull) return false;
      return !isAny || holds || (!isThere && some(undefined, work));
    };
  }

  private amounts({ of, isNull, ...named }: Given): Holds {
    const amount = (resource: string, given: Given): Holds => {
      const holds = operators(given, scales.quantity, this.parts);
      return (value, work) => holds(property(value, resource), work);
    };
    const others = (of ?? []) as ReadonlyArray<Given & { resource: string }>;
    return every([
      ...entriesOf(named).map(([name, given]) => amount(resourceNames[name] ?? name, given as Given)),
      ...others.map(({ resource, ...given }) => amount(resource, given)),
      ...(isAbsent(isNull) ? [] : [(value: unknown) => isAbsent(value) === isNull]),
    ]);
  }

  private intOrString({ number, text, ...given }: Given): Holds {
    const only = (type: string, operand: unknown, scale: typeof scales.number): Holds[] => {
      if (isAbsent(operand)) return [];
      const holds = operators(operand as Given, scale, this.parts);
      return [(value, work) => typeof value === type && holds(value, work)];
    };
    return every([
      operators(given, scales.intOrString, this.parts),
      ...only('number', number, scales.number),
      ...only('string', text, scales.text),
    ]);
  }
}

/**
 * The condition that a `where` makes on objects of a struct. `now`: milliseconds of the cluster's clock, for ages. Throws for what cannot be a
 * condition; the condition throws for objects on which it takes too many steps. What has no value is unequal to every value, and
 * satisfies neither a comparison nor a match; of an absent list `every` and `none` hold.
 */
export function compileWhere(struct: Struct, where: Given, now: number): (object: object) => boolean {
  const holds = new Compiler(now).object(struct, where, 0);
  return (object) => holds(object, new Work());
}
