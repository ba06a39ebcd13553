import { describe, expect, test } from '@jest/globals';
import {
  builtIn,
  type KindSchema,
  openapiV2,
  openapiV2Protobuf,
  openapiV3,
  openapiV3Index,
  type ResourceInfo,
  type Served,
} from '../index.js';
import { namesInSwagger } from './test-swagger.js';

type Json = Record<string, unknown>;
const parse = (body: Uint8Array | undefined): Json => JSON.parse(Buffer.from(body ?? []).toString('utf8')) as Json;

const info = (group: string, kind: string): ResourceInfo => ({
  group,
  version: 'v1',
  resource: `${kind.toLowerCase()}s`,
  singular: kind.toLowerCase(),
  kind,
  namespaced: true,
  verbs: ['create', 'get', 'list'],
  subresources: { status: { kind, verbs: ['get', 'update'] } },
});

const schema = (published?: Json): KindSchema => ({
  struct: { name: 'X', byName: new Map() },
  ...(published && { published }),
  decode: (value) => ({ object: value as object, strict: [] }) as never,
  decodeJson: (_text, value) => ({ object: value as object, strict: [] }) as never,
  decodePatched: (value) => ({ object: value as object, strict: [] }) as never,
  applyDefaults() {},
  prepareForStorage() {},
});

const serving = (...own: Array<{ info: ResourceInfo; schema: KindSchema }>): Served => ({
  groups: [...builtIn.groups, ...own.map((kind) => ({ group: kind.info.group, versions: [kind.info.version] }))],
  resources: [...builtIn.resources, ...own.map((kind) => kind.info)],
  own,
});

const size = { type: 'object', required: ['spec'], properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } };
const served = serving({ info: info('example.com', 'Widget'), schema: schema(size) });
const widget = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: size.properties.spec,
    apiVersion: { type: 'string', description: expect.stringContaining('APIVersion defines') },
    kind: { type: 'string', description: expect.stringContaining('Kind is a string') },
  },
  'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Widget', version: 'v1' }],
};
const at = (value: unknown, ...path: string[]): unknown => path.reduce<unknown>((v, key) => (v as Json | undefined)?.[key], value);

const PATHS = [
  '/apis/example.com/v1/namespaces/{namespace}/widgets',
  '/apis/example.com/v1/namespaces/{namespace}/widgets/{name}',
  '/apis/example.com/v1/namespaces/{namespace}/widgets/{name}/status',
  '/apis/example.com/v1/widgets',
];

describe('/openapi/v2', () => {
  const before = parse(openapiV2().body);
  const after = parse(openapiV2(served).body);

  test('is the built-in document with the paths and schemas of custom kinds', () => {
    const { paths, definitions, ...rest } = after as { paths: Json; definitions: Json };
    const { paths: builtInPaths, definitions: builtInDefinitions, ...others } = before as { paths: Json; definitions: Json };
    expect(rest).toEqual(others);
    expect(Object.keys(paths).filter((path) => !(path in builtInPaths))).toEqual(PATHS);
    expect(Object.keys(definitions).filter((name) => !(name in builtInDefinitions))).toEqual([
      'com.example.v1.Widget',
      'com.example.v1.WidgetList',
    ]);
    expect(definitions['com.example.v1.Widget']).toEqual({
      ...widget,
      properties: {
        ...widget.properties,
        metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', description: expect.any(String) },
      },
    });
    expect(at(paths, PATHS[0] ?? '', 'get', 'responses', '200', 'schema')).toEqual({ $ref: '#/definitions/com.example.v1.WidgetList' });
    expect(at(paths, PATHS[2] ?? '', 'put', 'parameters', '0', 'schema')).toEqual({ $ref: '#/definitions/com.example.v1.Widget' });
    for (const [path, item] of Object.entries(builtInPaths)) expect(paths[path]).toEqual(item);
  });

  test('has the same paths and definitions as protobuf', () => {
    const found = namesInSwagger(openapiV2Protobuf(served).body);
    expect(found).toEqual({ paths: Object.keys(after.paths as Json), definitions: Object.keys(after.definitions as Json) });
  });

  test('is the same document for all clusters without custom kinds, and is cached for a cluster with some', () => {
    expect(openapiV2({ groups: [], resources: [] })).toBe(openapiV2());
    expect(openapiV2(served)).toBe(openapiV2(served));
  });
});

describe('/openapi/v3', () => {
  test('the index lists the new group version; only its hash changes with the kinds', () => {
    const index = openapiV3Index(served).paths;
    const url = index['apis/example.com/v1']?.serverRelativeURL;
    expect(url).toMatch(/^\/openapi\/v3\/apis\/example\.com\/v1\?hash=[0-9A-F]{128}$/);
    const changed = serving({ info: info('example.com', 'Widget'), schema: schema() });
    expect(openapiV3Index(changed).paths['apis/example.com/v1']?.serverRelativeURL).not.toBe(url);
    const { 'apis/example.com/v1': _own, ...others } = index;
    expect(others).toEqual(openapiV3Index().paths);
    expect(openapiV3('apis/example.com/v1')).toBeUndefined();
    expect(openapiV3('apis/apps/v1', served)).toBe(openapiV3('apis/apps/v1'));
  });

  test('a separate document in which every reference can be resolved', () => {
    const document = parse(openapiV3('apis/example.com/v1', served)?.body);
    expect(Object.keys(document.paths as Json)).toEqual(PATHS);
    const schemas = at(document, 'components', 'schemas') as Json;
    expect(schemas['com.example.v1.Widget']).toMatchObject(widget);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect([...new Set(references)].filter((name) => !(name in schemas))).toEqual([]);
  });

  test('a kind in a built-in group version is added to its document', () => {
    const joined = serving({ info: info('networking.k8s.io', 'Gateway'), schema: schema() });
    const before = parse(openapiV3('apis/networking.k8s.io/v1')?.body);
    const document = parse(openapiV3('apis/networking.k8s.io/v1', joined)?.body);
    expect(document.paths).toMatchObject(before.paths as Json);
    expect(document.paths).toHaveProperty(['/apis/networking.k8s.io/v1/gateways']);
    expect(at(document, 'components', 'schemas', 'io.k8s.networking.v1.Gateway')).toMatchObject({
      'x-kubernetes-preserve-unknown-fields': true,
    });
  });
});
