import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { badInput } from '../errors.js';
import type { Struct } from '../shapes/shape.js';
import { didYouMean } from '../similar.js';
import { type Asked, askedFields, property } from './asked.js';
import { keysOf, visit } from './path.js';
import { type Scale, scaleOf } from './scales.js';
import { resourceNames } from './where.js';

/** A relation from the objects that are asked about to one other object each. */
interface Relation {
  readonly target: Struct;
  resolve(object: KubeObject, context: GraphContext): Promise<KubeObject | undefined>;
}

/** The sort of objects that is asked about. */
export interface Subject {
  readonly struct: Struct;
  /** The relation of a name; undefined if there is none to one object. */
  relation(name: string): Relation | undefined;
}

type Step = (value: unknown, found: (value: unknown) => void) => void;

/** A field that a path names, and how the values of an object there are read. */
export interface FieldPath {
  /** As it was written. */
  readonly path: string;
  readonly asked: Asked;
  readonly scale: Scale;
  /** The values of one object; several where the path leads through lists. */
  values(object: KubeObject, context: GraphContext): readonly unknown[] | Promise<readonly unknown[]>;
}

const items =
  (step: Step): Step =>
  (value, found) => {
    if (Array.isArray(value)) for (const item of value) step(item, found);
    else step(value, found);
  };

const entry = (key: string): Step => items((value, found) => found(property(value, key)));

/** Fields that are named where none is similar. */
const SHOWN = 20;

/** That a struct of this name, with fields of these names, has none of that key. */
export function noField(path: string, struct: string, names: readonly string[], key: string): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const hint = didYouMean(key, names) || ` It has ${names.slice(0, SHOWN).join(', ')}${more}.`;
  return `${path}: ${struct} has no field ${JSON.stringify(key)}.${hint}`;
}

/** Why a path does not end in one value; what is below it. */
function noValue(path: string, asked: Asked): string {
  const below = asked.of === 'object' ? [...askedFields(asked.struct).keys()].slice(0, SHOWN) : [];
  const help =
    path !== '' && below.length > 0 ? `below it are ${below.join(', ')}` : 'write spec.nodeName, metadata.labels[app], requests.cpu';
  return `${path || '""'}: it names no single value: ${help}`;
}

/** What a key leads to from a value of a shape; `rest`: the keys behind it. Throws if there is no such thing. */
function stepOf(asked: Asked, key: string, rest: readonly string[], path: string): { step: Step; asked: Asked; left: readonly string[] } {
  switch (asked.of) {
    case 'list':
      return stepOf(asked.items, key, rest, path);
    case 'texts':
      return { step: entry(key), asked: { of: 'text' }, left: rest };
    case 'amounts':
      return { step: entry(resourceNames[key] ?? key), asked: { of: 'quantity' }, left: rest };
    case 'json':
      return { step: (value, found) => visit(value, [key, ...rest], { found, step: () => undefined }), asked, left: [] };
    case 'object': {
      const field = askedFields(asked.struct).get(key);
      if (!field) throw badInput(noField(path, asked.struct.name, [...askedFields(asked.struct).keys()], key));
      return { step: items((value, found) => found(field.read(value))), asked: field.asked, left: rest };
    }
    default:
      throw badInput(`${path}: there is nothing below ${JSON.stringify(key)}`);
  }
}

function follow(steps: readonly Step[], value: unknown): readonly unknown[] {
  let values: readonly unknown[] = [value];
  for (const step of steps) {
    const next: unknown[] = [];
    for (const each of values) step(each, (found) => void next.push(found));
    values = next;
  }
  return values.flat().filter((each) => each !== null && each !== undefined);
}

/**
 * The field of objects that a path names: `spec.nodeName`, `metadata.labels[app]`, `spec.containers.image`, `requests.cpu`; its first step may
 * be a relation to one other object: `node.metadata.name`. Throws for any other path.
 */
export function fieldPath({ struct, relation: relationOf }: Subject, path: string): FieldPath {
  const keys = keysOf(path);
  const [first = ''] = keys;
  const relation = askedFields(struct).has(first) ? undefined : relationOf(first);
  let asked: Asked = { of: 'object', struct: relation?.target ?? struct };
  const steps: Step[] = [];
  for (let left = relation ? keys.slice(1) : keys; left.length > 0; ) {
    const [key = '', ...rest] = left;
    const next = stepOf(asked, key, rest, path);
    steps.push(next.step);
    ({ asked, left } = next);
  }
  if (asked.of === 'list') asked = asked.items;
  const scale = scaleOf(asked);
  if (!scale) throw badInput(noValue(path, asked));
  return {
    path,
    asked,
    scale,
    values(object, context) {
      if (!relation) return follow(steps, object);
      return relation.resolve(object, context.of(object)).then((found) => (found ? follow(steps, found) : []));
    },
  };
}
