import { scheme } from '#api';
import type { SchemaField, SchemaStruct, SchemaType } from '#apimachinery';
import type { SchemaNode } from './schema-node.js';

/**
 * A schema in the form in which managed fields are tracked and configurations merged (kube-openapi/pkg/schemaconv openapi.go): what it does
 * not specify is typed by its values.
 */
const UNTYPED: SchemaType = { of: 'untyped' };
const STRING: SchemaType = { of: 'string' };

const field = (name: string, type: SchemaType, more: Partial<SchemaField> = {}): SchemaField => ({
  name,
  type,
  keepZero: false,
  pointer: true,
  ...more,
});

/** The fields of every object. */
const META_FIELDS: readonly SchemaField[] = [
  field('apiVersion', STRING),
  field('kind', STRING),
  field('metadata', { of: 'struct', definition: scheme.definition('meta.v1.ObjectMeta') }, { keepZero: true, pointer: false }),
];

const SCALARS: Readonly<Record<string, SchemaType>> = {
  string: STRING,
  integer: { of: 'int64' },
  number: { of: 'double' },
  boolean: { of: 'boolean' },
};

function typeOf(node: SchemaNode, preserves: boolean): SchemaType {
  if (node.intOrString) return { of: 'intOrString' };
  if (node.type === 'object') return objectType(node, preserves || node.preserves);
  if (node.type === 'array') return { of: 'list', items: node.items ? typeOf(node.items, preserves || node.preserves) : UNTYPED };
  return SCALARS[node.type] ?? UNTYPED;
}

function objectType(node: SchemaNode, preserves: boolean): SchemaType {
  if (node.hasProperties || node.embedded || node.schema.additionalProperties === false)
    return { of: 'struct', definition: new CustomStruct(node, { preserves, embedded: node.embedded }) };
  return { of: 'map', values: node.additional ? typeOf(node.additional, preserves) : UNTYPED };
}

function fieldOf(name: string, node: SchemaNode, preserves: boolean): SchemaField {
  const { schema } = node;
  const listType = schema['x-kubernetes-list-type'];
  const mapType = schema['x-kubernetes-map-type'];
  return field(name, typeOf(node, preserves), {
    ...(node.default === undefined ? {} : { default: node.default }),
    ...(listType === 'set' || listType === 'map' || listType === 'atomic' ? { listType } : {}),
    ...(schema['x-kubernetes-list-map-keys'] ? { listMapKeys: schema['x-kubernetes-list-map-keys'] } : {}),
    ...(mapType === 'atomic' || mapType === 'granular' ? { mapType } : {}),
  });
}

/** An object of a schema; its fields are converted when they are first needed. */
class CustomStruct implements SchemaStruct {
  readonly name: string;
  readonly source: { mapType?: 'atomic' };
  private fields: ReadonlyMap<string, SchemaField> | undefined;

  constructor(
    private readonly node: SchemaNode,
    private readonly options: { preserves: boolean; embedded: boolean; name?: string },
  ) {
    this.name = options.name ?? '';
    this.source = node.schema['x-kubernetes-map-type'] === 'atomic' ? { mapType: 'atomic' } : {};
  }

  get byName(): ReadonlyMap<string, SchemaField> {
    if (this.fields === undefined) {
      const { node, options } = this;
      const fields = new Map<string, SchemaField>();
      for (const name of node.propertyNames()) {
        const property = node.property(name);
        if (property) fields.set(name, fieldOf(name, property, options.preserves));
      }
      if (options.embedded) for (const meta of META_FIELDS) fields.set(meta.name, meta);
      this.fields = fields;
    }
    return this.fields;
  }

  get others(): SchemaType | undefined {
    const { node, options } = this;
    if (node.additional) return typeOf(node.additional, options.preserves);
    if (node.schema.additionalProperties === false) return undefined;
    return options.preserves || !node.hasProperties || node.hasAdditional ? UNTYPED : undefined;
  }
}

/** The struct of a kind. */
export function structOf(name: string, node: SchemaNode): SchemaStruct {
  return new CustomStruct(node, { preserves: node.preserves, embedded: true, name });
}
