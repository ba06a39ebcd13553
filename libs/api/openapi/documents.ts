import { createHash } from 'node:crypto';
import type { Definition } from '../definition.js';
import { type ResourceInfo, scheme } from '../scheme.js';
import { encodeSwagger } from './gnostic.js';
import { resourcePaths } from './paths.js';
import { type Schema, schemasOf } from './schemas.js';

/** A document ready to be sent, and the hash that stands in its ETag (quoted there) and in the index. */
export interface OpenApiDocument {
  body: Uint8Array;
  /** Upper-case hex of SHA-512, as upstream's (kube-openapi/pkg/handler3). */
  hash: string;
}

/**
 * The media type of /openapi/v2 as protobuf, which kubectl up to 1.28 asks for. It asks with `@v1.0`, which is no media type by RFC 2045
 * and which its own client refuses to read: the answer says `.v1.0` (kube-openapi/pkg/handler).
 */
export const swaggerProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Whether an Accept header of /openapi/v2 asks for protobuf before JSON. */
export function wantsSwaggerProtobuf(accept: string): boolean {
  const first = accept.split(',').find((clause) => /json|\*\/\*|proto-openapi/.test(clause));
  return first !== undefined && /^\s*application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/.test(first);
}

const info = { title: 'Kubernetes', version: '1.36' };
const security = { BearerToken: { description: 'Bearer Token authentication', in: 'header', name: 'authorization', type: 'apiKey' } };

function document(body: Uint8Array): OpenApiDocument {
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

/** Built when first asked for, kept for the life of the process: the documents are the same for every cluster. */
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
const sortedPaths = (resources: readonly ResourceInfo[], dialect: 'v2' | 'v3'): Record<string, Schema> =>
  Object.fromEntries(resources.flatMap((r) => resourcePaths(r, dialect)).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The definitions that a group version's document has: its kinds, the options and the version's other types; references come along. */
function rootsOf(group: string, version: string): Definition[] {
  const own = [...scheme.definitions()].filter((d) => !d.source.hidden && d.gvk?.[0] === group && d.gvk[1] === version);
  const served = scheme.resources().filter((r) => r.group === group && r.version === version);
  const others = served.flatMap((r) =>
    Object.values(r.subresources).flatMap(
      (s) => scheme.definitionFor({ group: s.group ?? group, version: s.version ?? version, kind: s.kind }) ?? [],
    ),
  );
  const meta = ['DeleteOptions', 'WatchEvent', 'Patch', 'Status', 'APIResourceList'].map((name) => scheme.definition(`meta.v1.${name}`));
  return [...own, ...others, ...meta];
}

function swagger(): Schema {
  return {
    swagger: '2.0',
    info,
    paths: { ...sortedPaths(scheme.resources(), 'v2'), '/version/': versionPath('v2') },
    definitions: schemasOf(
      [...scheme.definitions()].filter((d) => !d.source.hidden),
      'v2',
    ),
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

/** GET /openapi/v2 as JSON. About 3 MB; built once. */
export const openapiV2 = (): OpenApiDocument => once('v2', () => json(swagger()));

/** GET /openapi/v2 as protobuf (gnostic's Document). */
export const openapiV2Protobuf = (): OpenApiDocument => once('v2 protobuf', () => encodeSwagger(swagger()));

const pathOf = (group: string, version: string): string => (group ? `apis/${group}/${version}` : `api/${version}`);

/** The group versions with a document of their own, by their path in the index. */
const documented = new Map(
  scheme.groupVersions().flatMap(({ group, versions }) => versions.map((version) => [pathOf(group, version), { group, version }])),
);

function groupVersionDocument(group: string, version: string): Schema {
  return {
    openapi: '3.0.0',
    info,
    paths: sortedPaths(
      scheme.resources().filter((r) => r.group === group && r.version === version),
      'v3',
    ),
    components: { schemas: schemasOf(rootsOf(group, version), 'v3'), securitySchemes: security },
    security: [{ BearerToken: [] }],
  };
}

/** GET /openapi/v3/PATH, e.g. `apis/apps/v1`, `api/v1`, `version`; undefined when there is no such document. */
export function openapiV3(path: string): OpenApiDocument | undefined {
  if (path === 'version') {
    return once(path, () =>
      json({
        openapi: '3.0.0',
        info,
        paths: { '/version/': versionPath('v3') },
        components: { schemas: schemasOf([scheme.definition('version.Info')], 'v3'), securitySchemes: security },
        security: [{ BearerToken: [] }],
      }),
    );
  }
  const found = documented.get(path);
  return found && once(path, () => json(groupVersionDocument(found.group, found.version)));
}

/**
 * GET /openapi/v3: where the documents are. `prefix` is the path of the cluster before `/openapi` ('' or '/clusters/ID'): clients follow
 * the addresses as they stand. `more` are documents of other group versions (CustomResourceDefinitions), by path.
 */
export function openapiV3Index(
  prefix: string,
  more: ReadonlyMap<string, OpenApiDocument> = new Map(),
): { paths: Record<string, { serverRelativeURL: string }> } {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const path of [...documented.keys(), 'version', ...more.keys()].sort()) {
    const found = more.get(path) ?? openapiV3(path);
    if (found) paths[path] = { serverRelativeURL: `${prefix}/openapi/v3/${path}?hash=${found.hash}` };
  }
  return { paths };
}
