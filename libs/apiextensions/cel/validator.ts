import type { CelType, Program } from '#cel';
import { type Schema, SchemaNode } from '../schema-node.js';
import { type CompiledRule, compilation } from './compiled-rules.js';
import { typeOfElements, typeOfNode, typeOfProperty } from './node-types.js';

/** A rule as it is evaluated: of its programs, only what runs is kept. */
export interface ReadyRule extends Pick<CompiledRule, 'rule' | 'error' | 'usesOldSelf' | 'path'> {
  readonly evaluate: Program['evaluate'] | undefined;
  readonly message: Program['evaluate'] | undefined;
}

const ready = ({ rule, error, usesOldSelf, path, program, message }: CompiledRule): ReadyRule => ({
  ...{ rule, error, usesOldSelf, path },
  evaluate: program?.evaluate,
  message: message?.evaluate,
});

/** The rules of one node, with those below it (apiserver/schema/cel/validation.go Validator). Made, and compiled, when they are first needed. */
export class Validator {
  readonly properties = new Map<string, Validator>();
  items: Validator | undefined;
  additional: Validator | undefined;
  readonly allOf: Validator[] = [];
  private readonly compiled: ReadyRule[] = [];
  private rest: ReturnType<typeof compilation> | undefined;

  constructor(
    /** The schema of the value. */
    readonly node: SchemaNode,
    /** The schema whose rules count: the same, or one in its allOf. */
    private readonly source: SchemaNode,
    private readonly type: CelType | undefined,
  ) {}

  get isEmpty(): boolean {
    const below = this.properties.size + this.allOf.length;
    return !this.source.schema['x-kubernetes-validations']?.length && below === 0 && !this.items && !this.additional;
  }

  get rules(): readonly ReadyRule[] {
    while (this.compileNext());
    return this.compiled;
  }

  /** Makes one step of compiling; false if there is none left. */
  compileNext(): boolean {
    this.rest ??= this.compilation();
    const { value, done } = this.rest.next();
    if (!done && value) this.compiled.push(ready(value));
    return !done;
  }

  private *compilation(): ReturnType<typeof compilation> {
    const { 'x-kubernetes-validations': rules } = this.source.schema;
    if (rules?.length && this.type)
      yield* compilation(new SchemaNode({ ...this.node.schema, 'x-kubernetes-validations': rules } as Schema), this.type);
  }

  /** This validator and those below it. */
  *all(): Generator<Validator> {
    yield this;
    for (const below of [this.items, this.additional, ...this.allOf, ...this.properties.values()]) if (below) yield* below.all();
  }
}

/** The validator of a node; undefined if there are no rules at it or below. */
function validatorOf(node: SchemaNode, source: SchemaNode, type: CelType | undefined): Validator | undefined {
  const made = new Validator(node, source, type);
  const elements = typeOfElements(type);
  if (source.items && node.items) made.items = validatorOf(node.items, source.items, elements);
  if (source.additional && node.additional) made.additional = validatorOf(node.additional, source.additional, elements);
  for (const name of source.propertyNames()) {
    const [below, belowSource] = [node.property(name), source.property(name)];
    const propertyType = below && type && typeOfProperty(type, name, below);
    const found = below && belowSource && propertyType && validatorOf(below, belowSource, propertyType);
    if (found) made.properties.set(name, found);
  }
  for (const branch of source.allOf) {
    const found = validatorOf(node, branch, type);
    if (found) made.allOf.push(found);
  }
  return made.isEmpty ? undefined : made;
}

const validators = new WeakMap<SchemaNode, { validator: Validator | undefined }>();

/** The validator of a custom kind's schema, which is made once. */
export function validatorOfRoot(root: SchemaNode): Validator | undefined {
  const known = validators.get(root);
  if (known) return known.validator;
  const validator = validatorOf(root, root, typeOfNode(root, true));
  validators.set(root, { validator });
  return validator;
}

/** Lets other work go on: a promise if it is time to wait. */
export type Pause = () => Promise<void> | undefined;

const prepared = new WeakSet<SchemaNode>();

/** Compiles the rules of a custom kind with pauses, if that has not been done: many rules take long. */
export async function prepareRules(root: SchemaNode, pause: Pause): Promise<void> {
  if (prepared.has(root)) return;
  for (const validator of validatorOfRoot(root)?.all() ?? [])
    while (validator.compileNext()) {
      const pending = pause();
      if (pending) await pending;
    }
  prepared.add(root);
}
