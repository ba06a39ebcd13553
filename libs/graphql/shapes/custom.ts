import type { KindSchema } from '#api';
import { getOwn, isJsonObject } from '#apimachinery';
import { atOnce, type Pieces } from '../execution/pieces.js';
import { limits } from '../limits.js';
import { enumType, isEnumerable } from '../values/enum-types.js';
import { deprecationIn } from './deprecation.js';
import { FreeNames } from './free-names.js';
import { fieldsOfObjects, type Shape, type ShapeField, type Struct } from './shape.js';

/** A node of a structural schema (apiextensions-apiserver/pkg/apiserver/schema), as OpenAPI publishes it. */
type Node = Readonly<Record<string, unknown>>;

const JSON_VALUE: Shape = { of: 'json' };

const textFormats: Readonly<Record<string, Shape>> = {
  'date-time': { of: 'time' },
  byte: { of: 'bytes' },
};

/** How the pattern starts that controller-gen writes for resource.Quantity, which is an int-or-string in schemas. */
const QUANTITY = '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|';

const UNDESCRIBED = 'The schema of the kind does not describe it.';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
/** `pod-template_spec` → podTemplateSpec: without underscores. */
const camel = (key: string): string =>
  small(
    key
      .split(/[^A-Za-z0-9]+/)
      .map(capital)
      .join(''),
  );

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const isTrue = (node: Node, extension: string): boolean => node[extension] === true;

/**
 * The shapes of one custom kind. Its size is bounded: what lies deeper, or is more, is JSON. The names of its types are those of the kind
 * and the path to them, in small letters after an underscore: `Widget_specTemplate`. No other kind's types have such names, and within the
 * kind they get numbers, so that they follow from the schema and the name of the kind's type alone.
 */
class KindShapes {
  private readonly names = new FreeNames();
  private fields = 0;

  constructor(private readonly typeName: string) {}

  *struct(node: Node, at: { path: string; depth: number }, first: readonly ShapeField[] = []): Pieces<Struct> {
    const name = at.path === '' ? this.typeName : this.names.take(`${this.typeName}_${at.path}`);
    // Below the object itself there are no more: `isFull`.
    const keys = Object.keys(isJsonObject(node.properties) ? node.properties : {}).slice(0, limits.customObjectFields);
    this.fields += keys.length;
    const known = new Set(first.map((field) => field.key));
    const names = new FreeNames(known);
    const fields = [...first];
    for (const key of keys) {
      if (known.has(key)) continue;
      const field = yield* this.field(node, { key, ...at }, names);
      if (field) fields.push(field);
      yield;
    }
    const description =
      text(node.description) ?? (at.path === '' ? `An object of the cluster’s own kind ${name}.` : `A part of ${this.typeName}.`);
    return { name, description, open: true, fields };
  }

  /** Undefined for a name that GraphQL cannot carry: the value is in the `json` of the object around it. */
  private *field(
    node: Node,
    { key, path, depth }: { key: string; path: string; depth: number },
    names: FreeNames,
  ): Pieces<ShapeField | undefined> {
    const plain = key.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^_+/, '');
    if (key.length > limits.customNameLength || !/^[A-Za-z]/.test(plain)) return undefined;
    const name = names.take(plain);
    const below = getOwn(node.properties as Node, key);
    const schema = isJsonObject(below) ? below : {};
    const description = text(schema.description);
    const next = path === '' ? camel(key) : path + capital(camel(key));
    return {
      name,
      key,
      shape: yield* this.shape(schema, { path: next, depth: depth + 1 }),
      description: description ?? UNDESCRIBED,
      deprecated: deprecationIn(description),
      required: Array.isArray(node.required) && node.required.includes(key),
      given: false,
    };
  }

  private *shape(node: Node, at: { path: string; depth: number }): Pieces<Shape> {
    if (isTrue(node, 'x-kubernetes-int-or-string')) {
      return { of: text(node.pattern)?.startsWith(QUANTITY) ? 'quantity' : 'intOrString' };
    }
    if (at.depth > limits.customDepth || isTrue(node, 'x-kubernetes-embedded-resource')) return JSON_VALUE;
    switch (node.type) {
      case 'string':
        return this.ofText(node, at.path);
      case 'integer':
        return { of: node.format === 'int32' ? 'int32' : 'int64' };
      case 'number':
        return { of: 'double' };
      case 'boolean':
        return { of: 'boolean' };
      case 'array':
        return isJsonObject(node.items)
          ? { of: 'list', items: yield* this.shape(node.items, { ...at, depth: at.depth + 1 }), nullable: node.items.nullable === true }
          : JSON_VALUE;
      case 'object':
        return yield* this.ofObject(node, at);
      default:
        return JSON_VALUE;
    }
  }

  private ofText(node: Node, path: string): Shape {
    const values = Array.isArray(node.enum) ? node.enum.filter((value) => typeof value === 'string') : [];
    if (isEnumerable(values))
      return {
        of: 'enum',
        type: enumType(this.names.take(`${this.typeName}_${path}`), values, {
          description: 'Fixed values, which the schema of the kind lists.',
          meaningOf: () => 'The schema of the kind does not say what it means.',
        }),
      };
    return (typeof node.format === 'string' && getOwn(textFormats, node.format)) || { of: 'text' };
  }

  private *ofObject(node: Node, at: { path: string; depth: number }): Pieces<Shape> {
    const count = isJsonObject(node.properties) ? Object.keys(node.properties).length : 0;
    if (count > 0) return this.isFull(count) ? JSON_VALUE : { of: 'struct', struct: yield* this.struct(node, at) };
    if (isTrue(node, 'x-kubernetes-preserve-unknown-fields') || !isJsonObject(node.additionalProperties)) return JSON_VALUE;
    const values = yield* this.shape(node.additionalProperties, { ...at, depth: at.depth + 1 });
    if (values.of === 'text') return { of: 'texts' };
    if (values.of === 'bytes') return { of: 'bytesByKey' };
    if (values.of === 'quantity') return { of: 'amounts' };
    return values.of === 'struct' ? { of: 'structsByKey', struct: values.struct } : JSON_VALUE;
  }

  private isFull(more: number): boolean {
    return more > limits.customObjectFields || this.fields + more > limits.customFields;
  }
}

/** A custom kind, as what its objects are like follows from it. */
export interface CustomKind {
  readonly typeName: string;
  readonly schema: KindSchema;
  /** Whether what is in the fields of its objects is JSON. */
  readonly plain: boolean;
}

/** What its objects are like, as far as it is typed. */
function nodeOf({ schema: { published }, plain }: CustomKind): Node {
  const properties = isJsonObject(published?.properties) ? published.properties : { spec: {}, status: {} };
  if (!plain) return { ...published, properties };
  return {
    ...published,
    properties: Object.fromEntries(Object.keys(properties).map((key) => [key, {}])),
    description: `An object of the cluster’s own kind. It is JSON: of all own kinds of a cluster, ${limits.clusterFields} fields have types.`,
  };
}

/**
 * The structs of custom kinds: one for each schema, which all clusters share that serve the same, and name of its kind's type. They are kept for
 * as long as a graph has them.
 */
export class CustomShapes {
  private readonly made = new WeakMap<KindSchema, Map<string, WeakRef<Struct>>>();

  /** `metadata`: the struct of every object's. */
  constructor(private readonly metadata: Struct) {}

  of(kind: CustomKind): Struct {
    return atOnce(this.inPieces(kind));
  }

  *inPieces(kind: CustomKind): Pieces<Struct> {
    const there = this.known(kind);
    if (there) return there;
    const { typeName, schema, plain } = kind;
    const struct = yield* new KindShapes(typeName).struct(nodeOf(kind), { path: '', depth: 0 }, fieldsOfObjects(this.metadata));
    // Another cluster's graph may have made it meanwhile.
    const other = this.known(kind);
    if (other) return other;
    const known = this.made.get(schema) ?? new Map<string, WeakRef<Struct>>();
    this.made.set(schema, known);
    // A kind has another name only in clusters where another kind has its usual one.
    if (known.size >= limits.customNames) known.clear();
    known.set(keyOf(typeName, plain), new WeakRef(struct));
    return struct;
  }

  private known({ typeName, schema, plain }: CustomKind): Struct | undefined {
    return this.made.get(schema)?.get(keyOf(typeName, plain))?.deref();
  }
}

/** Names of types have no spaces. */
const keyOf = (typeName: string, plain: boolean): string => (plain ? `${typeName} plain` : typeName);
