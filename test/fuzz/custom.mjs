// CustomResourceDefinitions and their instances: seeds, and the worst schemas and objects of a given size.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { json, listOf, mapOf } from './parts.mjs';

const folder = path.resolve(import.meta.dirname, '../conformance/crds');
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The definitions that every cluster of a run has. */
export const definitions = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => parse(readFileSync(path.join(folder, file), 'utf8')));

const certificates = '/apis/cm.example.io/v1/namespaces/default/certificates';
const routes = '/apis/gw.example.io/v1/namespaces/default/webroutes';
const scrapers = '/apis/mon.example.io/v1alpha1/scrapers';

const certificate = (spec, name = 'c') => ({ apiVersion: 'cm.example.io/v1', kind: 'Certificate', metadata: { name }, spec });
const route = (spec, name = 'r') => ({ apiVersion: 'gw.example.io/v1', kind: 'WebRoute', metadata: { name }, spec });
const scraper = (spec, name = 's') => ({ apiVersion: 'mon.example.io/v1alpha1', kind: 'Scraper', metadata: { name }, spec });
const headers = (type = 'application/json') => ({ 'content-type': type });

const good = {
  certificate: certificate({ secretName: 's', issuerRef: { name: 'ca' }, usages: ['server auth'], duration: '1h' }),
  route: route({ hostnames: ['a.b'], replicas: 1, rules: [{ backendRefs: [{ name: 'x', port: 80 }] }], extra: null }),
  scraper: scraper({ selector: { matchLabels: { a: 'b' } }, endpoints: [{ port: 'w', params: { a: ['b'] } }], options: { x: [1] } }),
};

/** Requests from which inputs are derived. */
export const customSeeds = [
  ...definitions.map((body) => ({ method: 'POST', path: crds, query: '', headers: headers(), body })),
  ...definitions.map((body) => ({
    method: 'PATCH',
    path: `${crds}/${body.metadata.name}`,
    query: '',
    headers: headers('application/merge-patch+json'),
    body: { spec: { versions: body.spec.versions } },
  })),
  ...[
    [certificates, good.certificate],
    [routes, good.route],
    [routes.replace('/v1/', '/v1beta1/'), { ...good.route, apiVersion: 'gw.example.io/v1beta1' }],
    [scrapers, good.scraper],
  ].flatMap(([at, body]) => [
    { method: 'POST', path: at, query: '', headers: headers(), body },
    { method: 'PUT', path: `${at}/${body.metadata.name}`, query: '', headers: headers(), body },
    {
      method: 'PATCH',
      path: `${at}/${body.metadata.name}`,
      query: '',
      headers: headers('application/merge-patch+json'),
      body: { spec: body.spec },
    },
    {
      method: 'PATCH',
      path: `${at}/${body.metadata.name}`,
      query: 'fieldManager=f&force=true',
      headers: headers('application/apply-patch+yaml'),
      body,
    },
    {
      method: 'PATCH',
      path: `${at}/${body.metadata.name}/status`,
      query: '',
      headers: headers('application/merge-patch+json'),
      body: { status: { replicas: 1 } },
    },
    {
      method: 'GET',
      path: at,
      query: 'fieldSelector=spec.issuerRef.name%3Dca',
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    },
    { method: 'DELETE', path: `${at}/${body.metadata.name}`, query: '', headers: {} },
  ]),
  {
    method: 'PATCH',
    path: `${routes}/r/scale`,
    query: '',
    headers: headers('application/merge-patch+json'),
    body: { spec: { replicas: 2 } },
  },
];

const definition = (schema, more = {}) =>
  json(crds, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'worsts.w.example.io' },
    spec: {
      group: 'w.example.io',
      scope: 'Cluster',
      names: { plural: 'worsts', kind: 'Worst' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: schema } } }],
      ...more,
    },
  });

const deep = (depth, leaf, wrap) => {
  let schema = leaf;
  for (let i = 0; i < depth; i++) schema = wrap(schema);
  return schema;
};

/** Shape by name: bytes → request. */
export const worstCustom = {
  schemaWide: (n) => definition(mapOf(n, 30, (i) => [`p${i}`, { type: 'string' }])),
  schemaDefaults: (n) => definition(mapOf(n, 50, (i) => [`p${i}`, { type: 'object', default: { a: i } }])),
  schemaDeep: (n) =>
    definition({ a: deep(Math.min(n / 50, 400), { type: 'string' }, (below) => ({ type: 'object', properties: { a: below } })) }),
  schemaBranches: (n) => definition({ a: { type: 'object', anyOf: listOf(n, 22, (i) => ({ required: [`r${i}`] })) } }),
  schemaPatterns: (n) => definition(mapOf(n, 70, (i) => [`p${i}`, { type: 'string', pattern: `^(a|b${i}){1,50}$` }])),
  schemaPattern: (n) => definition({ a: { type: 'string', pattern: '(a*)'.repeat(n / 4) } }),
  schemaEnum: (n) => definition({ a: { type: 'string', enum: listOf(n, 9, (i) => `e${i}`) } }),
  schemaWrong: (n) => definition(mapOf(n, 24, (i) => [`p${i}`, { type: 'x' }])),
  schemaKeys: (n) =>
    definition({
      a: {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': listOf(n, 9, (i) => `k${i}`),
      },
    }),
  definitionVersions: (n) =>
    definition(
      {},
      {
        versions: listOf(n, 100, (i) => ({
          name: `v${i + 1}`,
          served: true,
          storage: i === 0,
          schema: { openAPIV3Schema: { type: 'object', description: `${i}` } },
        })),
      },
    ),
  definitionNames: (n) => definition({}, { names: { plural: 'worsts', kind: 'Worst', shortNames: listOf(n, 8, (i) => `s${i}`) } }),
  customItems: (n) => json(scrapers, scraper({ selector: {}, endpoints: listOf(n, 24, () => ({ port: 'w' })) })),
  customInvalid: (n) => json(scrapers, scraper({ selector: {}, endpoints: listOf(n, 24, () => ({ scheme: 'x' })) })),
  customUnknown: (n) => json(scrapers, scraper({ selector: {}, endpoints: [mapOf(n, 12, (i) => [`u${i}`, 1])] })),
  customFree: (n) => json(scrapers, scraper({ selector: {}, endpoints: [], options: mapOf(n, 12, (i) => [`u${i}`, 1]) })),
  customSet: (n) =>
    json(certificates, certificate({ secretName: 's', issuerRef: { name: 'a' }, usages: listOf(n, 14, () => 'server auth') })),
  customText: (n) => json(routes, route({ hostnames: ['a'.repeat(n)] })),
  customDefaults: (n) => json(routes, route({ rules: [{ matches: listOf(n, 3, () => ({})) }] })),
  customEmbedded: (n) =>
    json(routes, route({ template: { apiVersion: 'v1', kind: 'X', metadata: { labels: mapOf(n, 12, (i) => [`l${i}`, 'v']) } } })),
};
