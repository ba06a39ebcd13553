import fs from 'node:fs';
import type { Definition, DefinitionSource, Field, FieldSource, PackageSource, Special, Type } from './definition.js';

const special: Readonly<Record<string, Special>> = {
  'resource.Quantity': 'quantity',
  'intstr.IntOrString': 'intOrString',
  'runtime.RawExtension': 'raw',
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'microTime',
  'meta.v1.FieldsV1': 'fields',
  'apiextensions.v1.JSON': 'json',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrArray',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'schemaOrStrings',
};
const scalars: Readonly<Record<string, Type>> = {
  string: { of: 'string' },
  'string/byte': { of: 'bytes' },
  'integer/int32': { of: 'int32' },
  'integer/int64': { of: 'int64' },
  'number/double': { of: 'double' },
  boolean: { of: 'boolean' },
};
const goNames: Readonly<Record<string, string>> = { bytes: '[]uint8', double: 'float64', boolean: 'bool' };

type Draft = { -readonly [K in keyof Definition]: Definition[K] };
type Drafts = ReadonlyMap<string, Draft>;

/** Reads a JSON file of the schema, relative to this module (in sources and compiled code). */
export function readSchema<T>(path: string): T {
  return JSON.parse(fs.readFileSync(new URL(`./schema/${path}`, import.meta.url), 'utf8')) as T;
}

const absolute = (pkg: string, ref: string): string => (ref.includes('.') ? ref : `${pkg}.${ref}`);

function resolveType(pkg: string, source: FieldSource, drafts: Drafts): Type {
  if (source.ref) {
    const id = absolute(pkg, source.ref);
    const own = special[id];
    if (own) return { of: own };
    const definition = drafts.get(id);
    if (!definition) throw new Error(`schema: ${pkg} refers to ${id}, which is not defined`);
    return { of: 'struct', definition };
  }
  if (source.items) return { of: 'list', items: resolveType(pkg, source.items, drafts) };
  if (source.values) {
    const values = resolveType(pkg, source.values, drafts);
    return { of: 'map', values, wrapped: values.of === 'list' };
  }
  const scalar = scalars[source.format ? `${source.type}/${source.format}` : `${source.type}`];
  if (!scalar) throw new Error(`schema: ${pkg} has a field of unknown type ${JSON.stringify(source)}`);
  return source.enum ? { of: 'string', enum: source.enum } : scalar;
}

/** The type as Go's reflection prints it, unless the schema says otherwise. */
function goName(pkg: string, source: FieldSource): string {
  if (source.go) return source.go;
  if (source.ref) return absolute(pkg, source.ref).split('.').slice(-2).join('.');
  if (source.items) return `[]${goName(pkg, source.items)}`;
  if (source.values) return `map[string]${goName(pkg, source.values)}`;
  if (source.format === 'byte') return '[]uint8';
  return source.type === 'integer' ? `${source.format}` : (goNames[source.type === 'number' ? 'double' : `${source.type}`] ?? 'string');
}

function resolveField(pkg: string, name: string, source: FieldSource, drafts: Drafts): Field {
  const { proto = [] } = source;
  return {
    name,
    type: resolveType(pkg, source, drafts),
    required: source.required === true,
    pointer: source.pointer === true,
    keepZero: source.keepZero === true,
    proto: typeof proto === 'number' ? [proto] : proto,
    default: source.default,
    serverDefault: source.serverDefault,
    listType: source.listType,
    listMapKeys: source.listMapKeys,
    mapType: source.mapType,
    patchStrategy: source.patchStrategy,
    patchMergeKey: source.patchMergeKey,
    go: goName(pkg, source),
    goElement: goName(pkg, source.items ?? source.values ?? {}),
    source,
  };
}

const leading = ['kind', 'apiVersion', 'metadata'];
const rank = (name: string): number => (leading.includes(name) ? leading.indexOf(name) : leading.length);

function draft(pkg: string, name: string, openapi: string, source: DefinitionSource): Draft {
  return {
    id: `${pkg}.${name}`,
    name,
    package: pkg,
    openapi: `${openapi}.${name}`,
    gvk: source.gvk,
    allGroups: source.allGroups === true,
    fields: [],
    byName: new Map(),
    special: special[`${pkg}.${name}`],
    source,
  };
}

/** All definitions by id (`core.v1.Pod`), resolved. Throws if the schema is inconsistent. */
export function loadDefinitions(): ReadonlyMap<string, Definition> {
  const drafts = new Map<string, Draft>();
  for (const file of fs.readdirSync(new URL('./schema/definitions/', import.meta.url)).sort()) {
    const pkg = file.slice(0, -'.json'.length);
    const { openapi, definitions } = readSchema<PackageSource>(`definitions/${file}`);
    for (const [name, source] of Object.entries(definitions)) drafts.set(`${pkg}.${name}`, draft(pkg, name, openapi, source));
  }
  for (const definition of drafts.values()) {
    const fields = Object.entries(definition.source.fields ?? {}).map(([name, f]) => resolveField(definition.package, name, f, drafts));
    // kind, apiVersion and metadata come first if a definition is a top-level object; otherwise the schema's order is kept.
    definition.fields = definition.gvk ? fields.sort((a, b) => rank(a.name) - rank(b.name)) : fields;
    definition.byName = new Map(fields.map((f) => [f.name, f]));
  }
  return drafts;
}
