import { type Definition, type Field, scheme, type Type } from '#api';
import { packagePrefix } from '../kinds.js';
import { EnumTypes } from '../values/enum-types.js';
import { deprecationIn } from './deprecation.js';
import type { Shape, ShapeField, Struct } from './shape.js';

/** Texts for the schema's documentation. */
export interface Descriptions {
  ofDefinition(definition: Definition): string | undefined;
  ofField(definition: Definition, field: string): string | undefined;
}

type Special = NonNullable<Definition['special']>;

const specials: Readonly<Record<Special, Shape>> = {
  quantity: { of: 'quantity' },
  time: { of: 'time' },
  microTime: { of: 'time' },
  intOrString: { of: 'intOrString' },
  raw: { of: 'json' },
  fields: { of: 'json' },
  json: { of: 'json' },
  schemaOrArray: { of: 'json' },
  schemaOrBool: { of: 'json' },
  schemaOrStrings: { of: 'json' },
};

const JSON_VALUE: Shape = { of: 'json' };

/** A field name that is valid in GraphQL. */
const isName = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_]*$/.test(text);

const writtenEmpty: ReadonlySet<Shape['of']> = new Set(['text', 'bytes', 'int32', 'int64', 'double', 'boolean']);

/** Texts and numbers that the API writes even when they are empty. Empty values of enums are null. */
const isGiven = ({ keepZero, pointer }: Field, { of }: Shape): boolean => keepZero && !pointer && writtenEmpty.has(of);

/** A Deployment without `readyReplicas` has 0 of them; `replicas` is a pointer: without it, nothing is set. */
function emptyValue({ pointer, type }: Field): number | boolean | undefined {
  if (pointer) return undefined;
  if (type.of === 'boolean') return false;
  return type.of === 'int32' || type.of === 'int64' || type.of === 'double' ? 0 : undefined;
}

const ofObjects: ReadonlySet<string> = new Set(['kind', 'apiVersion', 'metadata']);

/**
 * The shapes of the API's definitions. A definition with fields that are not valid names in GraphQL (JSONSchemaProps' `$ref`) is plain
 * JSON.
 */
export class BuiltInShapes {
  private readonly made = new Map<string, Shape>();
  private readonly nameOf = new Map<string, string>();
  private readonly enums = new EnumTypes((name) => this.reserve(name));

  /** `kinds`: definitions of kinds, by the names of their types. `taken`: names that no definition gets. */
  constructor(
    private readonly kinds: ReadonlyMap<Definition, string>,
    private readonly descriptions: Descriptions,
    private readonly taken: Set<string>,
  ) {
    for (const [definition, name] of kinds) this.take(definition, name);
  }

  /** The shape of a definition: a struct unless it has a form of its own. */
  of(definition: Definition): Shape {
    const known = this.made.get(definition.id);
    if (known) return known;
    const shape = this.make(definition);
    this.made.set(definition.id, shape);
    return shape;
  }

  /** The struct of a definition that is one; throws for others. */
  structOf(definition: Definition): Struct {
    const shape = this.of(definition);
    if (shape.of !== 'struct') throw new Error(`${definition.id} is no struct`);
    return shape.struct;
  }

  /** That of every object's metadata. */
  get metadata(): Struct {
    return this.structOf(scheme.definition('meta.v1.ObjectMeta'));
  }

  private make(definition: Definition): Shape {
    if (definition.special) return specials[definition.special];
    const { fields } = definition;
    if (fields.length === 0 || fields.some(({ name }) => !isName(name))) return JSON_VALUE;
    let read: readonly ShapeField[] | undefined;
    const struct: Struct = {
      name: this.name(definition),
      description: this.descriptions.ofDefinition(definition),
      open: false,
      get fields() {
        read ??= fieldsOf();
        return read;
      },
    };
    const fieldsOf = () => fields.map((field) => this.field(definition, field));
    return { of: 'struct', struct };
  }

  private field(definition: Definition, field: Field): ShapeField {
    const { name, required } = field;
    const shape = this.ofType(field.type, field.go, field.goElement);
    const description = this.descriptions.ofField(definition, name);
    const given = isGiven(field, shape) || (this.kinds.has(definition) && ofObjects.has(name));
    return { name, key: name, shape, description, deprecated: deprecationIn(description), required, given, empty: emptyValue(field) };
  }

  /** `go`: the name of the type in Go, which tells enums apart; `goElement`: that of an element. */
  private ofType(type: Type, go = '', goElement = ''): Shape {
    switch (type.of) {
      case 'string': {
        const values = this.enums.of(go, type.enum);
        return values ? { of: 'enum', type: values } : { of: 'text' };
      }
      case 'bytes':
      case 'int32':
      case 'int64':
      case 'double':
      case 'boolean':
        return { of: type.of };
      case 'struct':
        return this.of(type.definition);
      case 'list':
        return { of: 'list', items: this.ofType(type.items, goElement) };
      case 'map':
        return this.ofMap(type.values);
      default:
        return specials[type.of];
    }
  }

  private ofMap(values: Type): Shape {
    switch (values.of) {
      case 'string':
        return { of: 'texts' };
      case 'bytes':
        return { of: 'bytesByKey' };
      case 'quantity':
        return { of: 'amounts' };
      case 'struct': {
        const shape = this.of(values.definition);
        if (shape.of === 'quantity') return { of: 'amounts' };
        return shape.of === 'struct' ? { of: 'structsByKey', struct: shape.struct } : JSON_VALUE;
      }
      default:
        return JSON_VALUE;
    }
  }

  private take(definition: Definition, name: string): string {
    this.taken.add(name);
    this.nameOf.set(definition.id, name);
    return name;
  }

  /** A name for an enum: the given one, or with a number if another type has it. */
  private reserve(plain: string): string {
    let name = plain;
    for (let number = 2; this.taken.has(name); number += 1) name = `${plain}${number}`;
    this.taken.add(name);
    return name;
  }

  private name(definition: Definition): string {
    const known = this.nameOf.get(definition.id);
    if (known) return known;
    const plain = definition.name;
    return this.take(definition, this.taken.has(plain) ? packagePrefix(definition.package) + plain : plain);
  }
}
