import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Definition } from '../definition.js';
import { builtIn, type OwnKind, type Served } from '../discovery.js';
import { maxDocumentBytes } from '../limits.js';
import { type ResourceInfo, scheme } from '../scheme.js';
import { encodeSwagger } from './gnostic.js';
import { ownSchemas, publishedLookup } from './own-kinds.js';
import { type PublishedLookup, resourcePaths } from './paths.js';
import { type Dialect, type Schema, schemasOf } from './schemas.js';

/** An encoded document, and the hash that is used in its ETag (quoted there) and in the index. */
export interface OpenApiDocument {
  body: Uint8Array;
  /** Upper-case hex of SHA-512, as upstream's (kube-openapi/pkg/handler3). */
  hash: string;
}

/**
 * The media type of /openapi/v2 as protobuf, which kubectl up to 1.28 requests. It requests `@v1.0`, which is not a media type according to
 * RFC 2045 and which its own client cannot parse: the response says `.v1.0` (kube-openapi/pkg/handler).
 */
export const swaggerProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Whether an Accept header of /openapi/v2 prefers protobuf to JSON. */
export function wantsSwaggerProtobuf(accept: string): boolean {
  const first = accept.split(',').find((clause) => /json|\*\/\*|proto-openapi/.test(clause));
  return first !== undefined && /^\s*application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/.test(first);
}

const info = { title: 'Kubernetes', version: '1.36' };
/** Documents of custom kinds alone (apiextensions-apiserver/pkg/controller/openapi/builder). */
const customInfo = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };
const security = { BearerToken: { description: 'Bearer Token authentication', in: 'header', name: 'authorization', type: 'apiKey' } };

function document(body: Uint8Array): OpenApiDocument {
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

/** Built on first use and kept for the life of the process: the documents are the same for every cluster. */
const cache = new Map<string, OpenApiDocument>();
function once(key: string, build: () => Uint8Array): OpenApiDocument {
  let made = cache.get(key);
  if (!made) {
    made = document(build());
    cache.set(key, made);
  }
  return made;
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const sortedPaths = (resources: readonly ResourceInfo[], dialect: Dialect, lookup?: PublishedLookup): Record<string, Schema> =>
  Object.fromEntries(resources.flatMap((r) => resourcePaths(r, dialect, lookup)).sort(([a], [b]) => (a < b ? -1 : 1)));

const metaDefinitions = (names: readonly string[]): Definition[] => names.map((name) => scheme.definition(`meta.v1.${name}`));
/** The definitions that the documents of custom kinds refer to. */
const commonDefinitions = (): Definition[] => metaDefinitions(['ObjectMeta', 'ListMeta']);

/** The definitions in a group version's document: its kinds, the options and the version's other types; referenced ones are added. */
function rootsOf(group: string, version: string, kinds: readonly OwnKind[]): Definition[] {
  const own = allDefinitions().filter((d) => d.gvk?.[0] === group && d.gvk[1] === version);
  const served = [...scheme.resources().filter((r) => r.group === group && r.version === version), ...kinds.map((kind) => kind.info)];
  const others = served.flatMap((r) =>
    Object.values(r.subresources).flatMap(
      (s) => scheme.definitionFor({ group: s.group ?? group, version: s.version ?? version, kind: s.kind }) ?? [],
    ),
  );
  return [...own, ...others, ...metaDefinitions(['DeleteOptions', 'WatchEvent', 'Patch', 'Status', 'APIResourceList'])];
}

const allDefinitions = (): Definition[] => [...scheme.definitions()].filter((definition) => !definition.source.hidden);

function swagger(): Schema {
  return {
    swagger: '2.0',
    info,
    paths: { ...sortedPaths(scheme.resources(), 'v2'), '/version/': versionPath('v2') },
    definitions: schemasOf(allDefinitions(), 'v2'),
    securityDefinitions: security,
    security: [{ BearerToken: [] }],
  };
}

function versionPath(dialect: 'v2' | 'v3'): Schema {
  const name = 'io.k8s.apimachinery.pkg.version.Info';
  const answer =
    dialect === 'v2'
      ? { schema: { $ref: `#/definitions/${name}` } }
      : { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
  return {
    get: {
      description: 'get the version information for this server',
      tags: ['version'],
      operationId: 'getCodeVersion',
      ...(dialect === 'v2' && { consumes: ['application/json'], produces: ['application/json'], schemes: ['https'] }),
      responses: { 200: { description: 'OK', ...answer }, 401: { description: 'Unauthorized' } },
    },
  };
}

/** /openapi/v2 of the built-in kinds as JSON. About 3 MB; built once. */
const builtInV2 = (): OpenApiDocument => once('v2', () => json(swagger()));
const builtInV2Protobuf = (): OpenApiDocument => once('v2 protobuf', () => encodeSwagger(swagger()));

const pathOf = (group: string, version: string): string => (group ? `apis/${group}/${version}` : `api/${version}`);

/** Paths and schemas of a cluster's custom kinds. */
function ownParts(own: readonly OwnKind[], dialect: Dialect): { paths: Record<string, Schema>; schemas: Record<string, Schema> } {
  const infos = own.map((kind) => kind.info);
  return { paths: sortedPaths(infos, dialect, publishedLookup(own)), schemas: ownSchemas(own, dialect) };
}

const DEFINITIONS = Buffer.from('},"definitions":{');
const SECURITY = Buffer.from('},"securityDefinitions":{');

/** The built-in document with more members in its two objects: it is not parsed, so this costs no more than copying it. */
function v2With({ paths, schemas }: ReturnType<typeof ownParts>): Uint8Array {
  const body = Buffer.from(builtInV2().body);
  const members = (object: Record<string, Schema>): Buffer => Buffer.from(`,${JSON.stringify(object).slice(1, -1)}`);
  // The first occurrence: JSONSchemaProps has a field of that name too.
  const definitions = body.indexOf(DEFINITIONS);
  const end = body.lastIndexOf(SECURITY);
  return Buffer.concat([
    body.subarray(0, definitions),
    members(paths),
    body.subarray(definitions, end),
    members(schemas),
    body.subarray(end),
  ]);
}

/** Concatenated messages are decoded as one, with their repeated fields joined. */
function v2ProtobufWith({ paths, schemas }: ReturnType<typeof ownParts>): Uint8Array {
  return Buffer.concat([builtInV2Protobuf().body, encodeSwagger({ info: {}, paths, definitions: schemas })]);
}

function groupVersionDocument(group: string, version: string, own: readonly OwnKind[]): Schema {
  const { paths, schemas } = ownParts(own, 'v3');
  const builtIn = scheme.resources().filter((r) => r.group === group && r.version === version);
  const needed = [...rootsOf(group, version, own), ...(own.length > 0 ? commonDefinitions() : [])];
  return {
    openapi: '3.0.0',
    info: builtIn.length === 0 ? customInfo : info,
    paths: { ...sortedPaths(builtIn, 'v3'), ...paths },
    components: { schemas: { ...schemasOf(needed, 'v3'), ...schemas }, securitySchemes: security },
    security: [{ BearerToken: [] }],
  };
}

/** The additions of clusters' custom kinds, cached for the clusters that were requested last. */
const kept = new LRUCache<string, OpenApiDocument>({ maxSize: maxDocumentBytes, sizeCalculation: ({ body }) => body.length });
const ids = new WeakMap<Served, number>();
let lastId = 0;

function keptFor(served: Served, path: string, build: () => Uint8Array): OpenApiDocument {
  let id = ids.get(served);
  if (id === undefined) {
    lastId += 1;
    id = lastId;
    ids.set(served, id);
  }
  const key = `${id} ${path}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const made = document(build());
  kept.set(key, made);
  return made;
}

const NONE: readonly OwnKind[] = [];

/** GET /openapi/v2 as JSON. */
export function openapiV2(served: Served = builtIn): OpenApiDocument {
  const { own = NONE } = served;
  return own.length === 0 ? builtInV2() : keptFor(served, 'v2', () => v2With(ownParts(own, 'v2')));
}

/** GET /openapi/v2 as protobuf (gnostic's Document). */
export function openapiV2Protobuf(served: Served = builtIn): OpenApiDocument {
  const { own = NONE } = served;
  return own.length === 0 ? builtInV2Protobuf() : keptFor(served, 'v2 protobuf', () => v2ProtobufWith(ownParts(own, 'v2')));
}

/** The group version of a path in the index. */
function servedAt(path: string, { groups }: Served): { group: string; version: string } | undefined {
  const [, group = '', version = ''] = /^(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path) ?? [];
  return groups.some((served) => served.group === group && served.versions.includes(version)) ? { group, version } : undefined;
}

function versionDocument(): Schema {
  return {
    openapi: '3.0.0',
    info,
    paths: { '/version/': versionPath('v3') },
    components: { schemas: schemasOf([scheme.definition('version.Info')], 'v3'), securitySchemes: security },
    security: [{ BearerToken: [] }],
  };
}

const openapiVersion = (): OpenApiDocument => once('version', () => json(versionDocument()));

/** GET /openapi/v3/PATH, e.g. `apis/apps/v1`, `api/v1`, `version`; undefined if there is no such document. */
export function openapiV3(path: string, served: Served = builtIn): OpenApiDocument | undefined {
  if (path === 'version') return openapiVersion();
  const found = servedAt(path, served);
  return found && documentOf(found, served);
}

function documentOf({ group, version }: { group: string; version: string }, served: Served): OpenApiDocument {
  const path = pathOf(group, version);
  const own = (served.own ?? NONE).filter(({ info: one }) => one.group === group && one.version === version);
  const build = () => json(groupVersionDocument(group, version, own));
  return own.length === 0 ? once(path, build) : keptFor(served, path, build);
}

/**
 * GET /openapi/v3: the URLs of the documents. They have no prefix, as upstream's: clients put that of their server before URLs that begin with
 * /openapi/v3 (client-go/openapi/client.go, since v1.28).
 */
export function openapiV3Index(served: Served = builtIn): { paths: Record<string, { serverRelativeURL: string }> } {
  const documents = served.groups.flatMap(({ group, versions }) =>
    versions.map((version) => [pathOf(group, version), documentOf({ group, version }, served)] as const),
  );
  const all = [...documents, ['version', openapiVersion()] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    paths: Object.fromEntries(all.map(([path, { hash }]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }])),
  };
}

/** Builds the documents of the built-in kinds, so that no request has to wait for that: about 0.3 s of blocking work. */
export function buildOpenApi(): void {
  openapiV3Index();
  openapiV2();
  openapiV2Protobuf();
}
