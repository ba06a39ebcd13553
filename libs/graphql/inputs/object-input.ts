import { type GraphQLInputFieldConfigMap, GraphQLInputObjectType } from 'graphql';
import { groupVersionOf } from '#api';
import type { GraphKind } from '../kinds.js';
import { Json } from '../scalars.js';
import type { Struct } from '../shapes/shape.js';
import { givenValue, type InputTypes } from './input-types.js';

/** The field for objects of kinds that have none of their own, and for parts of objects. */
const ANY = 'any';

/** A kind whose objects can be written, and what they are made of. */
interface Writable {
  kind: GraphKind;
  struct: Struct;
}

/** The input of an object of any kind: one field for each kind, of which one is given. */
export class ObjectInput {
  readonly type: GraphQLInputObjectType;
  private readonly kinds: ReadonlyMap<string, Writable>;

  /** With the kinds of `base`, too. */
  constructor(kinds: readonly Writable[], types: InputTypes, base?: ObjectInput) {
    const own = kinds.filter(({ kind }) => kind.one !== ANY && kind.info.verbs.includes('create'));
    this.kinds = new Map([...(base?.kinds ?? []), ...own.map((one) => [one.kind.one, one] as const)]);
    this.type = new GraphQLInputObjectType({
      name: 'ObjectInput',
      description:
        'An object: one of these, typed by its kind. As a variable it is the JSON of the object without apiVersion, kind and status.',
      isOneOf: true,
      fields: () => {
        const fields: GraphQLInputFieldConfigMap = {
          [ANY]: {
            type: Json,
            description: 'Of any kind, as in a manifest: with apiVersion and kind. May be a part of an object, to apply it.',
          },
        };
        for (const [name, { kind, struct }] of this.kinds) fields[name] = { type: types.ofKind(struct), description: describe(kind) };
        return fields;
      },
    });
  }

  /** The object that an input stands for; of any kind: what was given as one. */
  valueOf(input: Readonly<Record<string, unknown>>): unknown {
    const [[name, value] = ['', undefined]] = Object.entries(input);
    const writable = this.kinds.get(name);
    if (!writable) return value;
    const { kind, struct } = writable;
    const { group, version, kind: named } = kind.info;
    const object = givenValue({ of: 'struct', struct }, value) as object;
    return { ...object, apiVersion: groupVersionOf(group, version), kind: named };
  }
}

const describe = ({ info }: GraphKind): string => `${info.kind} (${groupVersionOf(info.group, info.version)}).`;
