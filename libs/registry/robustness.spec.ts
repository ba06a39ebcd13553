import { type Definition, decodeValue, scheme, type Type } from '#api';
import { type KubeObject, SteppedClock, seededRandom } from '#apimachinery';
import type { ResourceStrategy, StrategyContext } from '#apiserver';
import { strategies } from './index.js';

/** Replacements for the scalars of a body: nothing, Go's zero values, a questionable value, and a name that every plain object has. */
type Scalars = 'none' | 'zero' | 'odd' | Inherited;
type Inherited = (typeof INHERITED)[number];
const INHERITED = ['constructor', '__proto__', 'toString'] as const;
const isInherited = (scalars: Scalars): scalars is Inherited => (INHERITED as readonly string[]).includes(scalars);

const ODD: Readonly<Record<string, unknown>> = {
  bytes: 'eA==',
  int32: -7,
  int64: 9,
  double: -0.5,
  boolean: true,
  quantity: '3',
  intOrString: 'x',
};
const ZERO: Readonly<Record<string, unknown>> = { bytes: '', int32: 0, int64: 0, double: 0, boolean: false, quantity: '0', intOrString: 0 };
const TIMES: Readonly<Record<string, string>> = { time: '2026-01-02T03:04:05Z', microTime: '2026-01-02T03:04:05.000000Z' };

let maps = 0;

function sampleOf(type: Type, scalars: Scalars, depth: number): unknown {
  if (type.of === 'struct') return depth > 0 ? bodyOf(type.definition, scalars, depth - 1) : {};
  if (type.of === 'list' || type.of === 'map') {
    const inner = type.of === 'list' ? type.items : type.values;
    const sample = depth > 0 ? (sampleOf(inner, scalars, depth - 1) ?? sampleOf(inner, 'zero', 0)) : undefined;
    if (type.of === 'list') return sample === undefined ? [] : [sample];
    // Of two maps that are compared with each other, only one has the key.
    if (sample === undefined || (isInherited(scalars) && ++maps % 2 === 0)) return {};
    return Object.fromEntries([[isInherited(scalars) ? scalars : 'a b', sample]]);
  }
  if (type.of in TIMES) return scalars === 'none' ? undefined : TIMES[type.of];
  if (type.of !== 'string' && !(type.of in ZERO)) return undefined;
  if (scalars === 'none') return undefined;
  if (scalars === 'zero') return type.of === 'string' ? '' : ZERO[type.of];
  if (type.of === 'string') return isInherited(scalars) ? scalars : 'Odd One!';
  return ODD[type.of];
}

/** A body with every struct, list and map up to a depth. */
function bodyOf(definition: Definition, scalars: Scalars, depth: number): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { name, type } of definition.fields) {
    if (name === 'metadata' && definition.gvk) continue;
    const value = sampleOf(type, scalars, depth);
    if (value !== undefined) body[name] = value;
  }
  return body;
}

const ctx: StrategyContext = {
  clock: new SteppedClock(0),
  random: seededRandom('robust'),
  user: { name: 'u', groups: [] },
  name: '',
  apiVersion: '',
  namespace: 'ns',
  reader: {
    get: async () => undefined,
    list: async () => [],
    stored: async () => [],
    changeOf: () => undefined,
    mayHave: () => false,
    refresh: async () => undefined,
  },
  dryRun: false,
};

/** Everything the pipeline calls, in order. */
function exercise(strategy: ResourceStrategy, make: () => KubeObject, old: KubeObject): void {
  const created = make();
  strategy.setDefaults?.(created);
  strategy.prepareForCreate?.(created, ctx);
  strategy.validate?.(created, ctx);
  strategy.warnings?.(created, undefined, ctx);
  const updated = make();
  strategy.setDefaults?.(updated);
  strategy.prepareForUpdate?.(updated, old, ctx);
  strategy.validateUpdate?.(updated, old, ctx);
  strategy.warnings?.(updated, old, ctx);
  for (const sub of Object.values(strategy.subresources ?? {})) {
    const written = make();
    sub.prepareForUpdate(written, old, ctx);
    sub.validateUpdate?.(written, old, ctx);
  }
  const read = strategy.decorate?.(created, { now: 1 }) ?? created;
  for (const column of strategy.columns ?? []) column.cell(read, 1);
  for (const field of Object.values(strategy.fields ?? {})) field(read);
}

/** As read from the store: Go's empty lists and nil pointers are null. */
const nulled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(nulled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, nulled(each)]));
};

const stored = strategies.filter(({ answer }) => !answer);

describe.each(stored.map((strategy) => [`${strategy.resource}.${strategy.group}`, strategy] as const))('%s', (_, strategy) => {
  const served = scheme.resources().filter(({ group, resource }) => group === strategy.group && resource === strategy.resource);
  const info = served.find(({ storedAs, group, version }) => storedAs === undefined || storedAs === `${group}/${version}`);
  const definition = info && scheme.definitionFor(info);

  it.each(['none', 'zero', 'odd'] as const)('accepts or rejects any body (%s scalars)', (scalars) => {
    // Events of events.k8s.io are stored as the core group's.
    if (!definition) return;
    for (let depth = 0; depth < 7; depth++) {
      const make = (): KubeObject => {
        const body = { ...bodyOf(definition, scalars, depth), metadata: { name: 'a', namespace: 'ns' } };
        const { object } = decodeValue(definition, body, 'Ignore');
        return object as unknown as KubeObject;
      };
      exercise(strategy, make, make());
      // No Job is stored without a list that its validation requires.
      if (strategy.group === 'batch') continue;
      exercise(strategy, make, nulled(make()) as KubeObject);
      exercise(strategy, () => nulled(make()) as KubeObject, make());
    }
  });

  it.each(INHERITED)('treats %s like any other name', (scalars) => {
    if (!definition) return;
    const make = (first: number) => (): KubeObject => {
      maps = first;
      const body = { ...bodyOf(definition, scalars, 7), metadata: { name: 'a', namespace: 'ns' } };
      return decodeValue(definition, body, 'Ignore').object as unknown as KubeObject;
    };
    const plain = { ...bodyOf(definition, 'none', 0), metadata: { name: 'a', namespace: 'ns' } };
    for (const first of [0, 1]) {
      exercise(strategy, make(first), make(1 - first)());
      if (strategy.group !== 'batch')
        exercise(strategy, make(first), decodeValue(definition, plain, 'Ignore').object as unknown as KubeObject);
    }
  });
});
