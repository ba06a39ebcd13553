import { decodeValue, type KindSchema, type ResourceInfo, scheme } from '#api';
import type { CustomKind } from '#apiserver';

const info: ResourceInfo = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  namespaced: true,
  shortNames: ['wd'],
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: { status: { kind: 'Widget', verbs: ['get', 'patch', 'update'] } },
};

const objectMeta = scheme.definition('meta.v1.ObjectMeta');

/** Metadata as in every kind; spec and status may have any content; other fields are dropped. */
const schema: KindSchema = {
  struct: {
    name: 'Widget',
    byName: new Map(
      [
        { name: 'metadata', type: { of: 'struct', definition: objectMeta }, keepZero: true, pointer: false } as const,
        { name: 'spec', type: { of: 'json' }, keepZero: false, pointer: true } as const,
        { name: 'status', type: { of: 'json' }, keepZero: false, pointer: true } as const,
      ].map((field) => [field.name, field]),
    ),
  },
  decode(value, validation) {
    const { apiVersion, kind, metadata, spec, status, ...unknown } = value as Record<string, unknown>;
    const meta = decodeValue(objectMeta, metadata, validation);
    const object = {
      apiVersion,
      kind,
      metadata: meta.object,
      ...(spec === undefined ? {} : { spec }),
      ...(status === undefined ? {} : { status }),
    };
    const strict = validation === 'Ignore' ? [] : Object.keys(unknown).map((field) => `unknown field "${field}"`);
    return { object, strict: [...meta.strict, ...strict] };
  },
  decodeJson: (_text, value, validation) => schema.decode(value, validation),
  decodePatched: (value, validation) => schema.decode(value, validation),
  applyDefaults(object) {
    const widget = object as { spec?: { size?: number } };
    widget.spec = { size: 1, ...widget.spec };
  },
  prepareForStorage() {},
  published: { properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } }, status: { type: 'object' } } },
};

/** The first version is the stored one. `providers` are storages of its subresources. */
export const widgets: CustomKind = { versions: [{ info, schema }] };
