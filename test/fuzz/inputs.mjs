// An input as generated and shrunk by fast-check: a plain description, from which render.mjs builds the request.
import fc from 'fast-check';
import { ruled } from './expressions.mjs';
import { seeds } from './seeds.mjs';
import { odd, oddKeys, oddTexts } from './values.mjs';
import { worst } from './worst.mjs';

const encodings = ['json', 'yaml', 'protobuf'];
const jsonType = 'application/json';
const contentTypes = [
  ...[jsonType, 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/json-patch+json', 'application/merge-patch+json'],
  ...[
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'application/cbor',
    'text/plain',
    '',
    ';',
    'application/json; charset=utf-8',
  ],
  ...[
    'application/json;',
    'APPLICATION/JSON',
    '/',
    'a/b/c',
    'application/json, application/yaml',
    'multipart/form-data; boundary=x',
    '\tapplication/json',
  ],
];
const accepts = [
  ...[
    jsonType,
    'application/yaml',
    'application/vnd.kubernetes.protobuf',
    '*/*',
    '',
    ',',
    ';',
    'application/*;q=0',
    'text/html',
    'application/cbor',
  ],
  ...[
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/yaml;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  ],
  ...[
    'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/json;as=x',
  ],
  ...[
    'application/json;stream=watch',
    'application/json;pretty=1',
    'application/json;q=NaN',
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  ],
];
const headerValue = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ maxLength: 20 }));
const header = fc.oneof(
  fc.tuple(fc.constant('accept'), fc.constantFrom(...accepts)),
  fc.tuple(fc.constant('content-type'), fc.constantFrom(...contentTypes)),
  fc.tuple(fc.constantFrom('accept', 'content-type', 'user-agent', 'if-match', 'accept-encoding', 'x-remote-user', 'warning'), headerValue),
  fc.tuple(fc.constantFrom('impersonate-user', 'impersonate-uid', 'impersonate-group'), headerValue),
  fc.tuple(
    fc.constantFrom('__proto__', 'constructor', 'scopes', 'a%2fb', '%', '%00', '', 'a.b', 'X').map((key) => `impersonate-extra-${key}`),
    headerValue,
  ),
);
const parameters = [
  ...[
    'labelSelector',
    'fieldSelector',
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'timeoutSeconds',
    'allowWatchBookmarks',
  ],
  ...[
    'sendInitialEvents',
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
    'gracePeriodSeconds',
    'propagationPolicy',
    'orphanDependents',
  ],
  ...[
    'pretty',
    'watch',
    'includeObject',
    'timeout',
    'verbose',
    'exclude',
    'container',
    '__proto__',
    'ignoreStoreReadErrorWithClusterBreakingPotential',
  ],
];
const parameterValues = [
  ...[
    'All',
    'Strict',
    'Warn',
    'Ignore',
    'Foreground',
    'Orphan',
    'Background',
    'Exact',
    'NotOlderThan',
    'None',
    'Object',
    'Metadata',
    'true',
    'false',
  ],
  ...[
    '10',
    '0',
    '-1',
    '1',
    '99999999999999999999',
    'kubernetes.io/metadata.name=default',
    'metadata.name=default',
    'status.phase=Running',
    'spec.nodeName!=',
  ],
  ...[
    btoa('{"v":"meta.k8s.io/v1","rv":1.5,"start":"a"}'),
    btoa('{"v":"meta.k8s.io/v1","rv":1,"start":"default/\\u0000"}'),
    btoa('{"v":"meta.k8s.io/v1","rv":-1,"start":"../"}'),
  ],
];
const parameter = fc.tuple(
  fc.constantFrom(...parameters),
  fc.oneof(fc.constantFrom(...parameterValues), fc.constantFrom(...oddTexts), fc.string({ maxLength: 12 })),
);
const at = fc.nat(9999);
const edit = fc.record({
  at,
  do: fc.constantFrom('set', 'set', 'set', 'add', 'delete', 'wrap', 'repeat', 'swap', 'rename', 'type'),
  value: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...odd) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) }),
  key: fc.constantFrom(...oddKeys),
});
const pathEdit = fc.record({
  at,
  do: fc.constantFrom('set', 'append', 'delete', 'double'),
  value: fc.constantFrom(...oddTexts, 'status', 'scale', 'pods', 'watch', 'namespaces', 'binding', 'eviction'),
});
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'get', 'TRACE', 'CONNECT', '__proto__'];
const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];
const jsonPatch = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.oneof(
        fc.constantFrom(
          '',
          '/',
          '/metadata',
          '/metadata/labels/a',
          '/metadata/name',
          '/spec',
          '/spec/containers/0',
          '/spec/containers/-',
          '/data/a',
          '/kind',
          '/__proto__/x',
        ),
        fc.constantFrom(...oddTexts),
      ),
      from: fc.constantFrom('', '/metadata', '/spec', '/data', '/constructor', '/metadata/labels/~2', '/spec/containers/01'),
      value: fc.constantFrom(...odd),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 5 },
);

/** A modified recorded request. */
const changed = fc.record({
  sort: fc.constant('changed'),
  seed: fc.nat(seeds.length - 1),
  edits: fc.array(edit, { maxLength: 4 }),
  encoding: fc.oneof({ weight: 5, arbitrary: fc.constant('json') }, { weight: 3, arbitrary: fc.constantFrom(...encodings) }),
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(header, { maxLength: 3 }) }),
  query: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(parameter, { maxLength: 3 }) }),
  path: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(pathEdit, { maxLength: 2 }) }),
  method: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...methods) }),
  bytes: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(at, fc.nat(255)), { maxLength: 4 }) },
  ),
});

/** A patch of an existing object. */
const patched = fc.record({
  sort: fc.constant('patched'),
  target: fc.nat(30),
  type: fc.constantFrom(...patchTypes),
  patch: fc.oneof(jsonPatch, fc.constantFrom(...odd)),
  edits: fc.array(edit, { maxLength: 4 }),
  query: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(parameter, { maxLength: 2 }) }),
});

/** A body with a value in every field of its kind, up to a depth. */
const schematic = fc.record({
  sort: fc.constant('schematic'),
  resource: fc.nat(200),
  subresource: fc.boolean(),
  depth: fc.integer({ min: 1, max: 7 }),
  values: fc.array(fc.nat(odd.length - 1), { minLength: 1, maxLength: 12 }),
  encoding: fc.constantFrom(...encodings),
  method: fc.constantFrom('POST', 'PUT', 'PATCH'),
  edits: fc.array(edit, { maxLength: 3 }),
});

/** A list or watch of any resource. */
const listed = fc.record({
  sort: fc.constant('listed'),
  resource: fc.nat(200),
  query: fc.array(parameter, { minLength: 1, maxLength: 4 }),
  headers: fc.array(header, { maxLength: 2 }),
});

/** The worst case for a given size. */
const worstOfSize = (largest) =>
  fc.record({ sort: fc.constant('worst'), shape: fc.constantFrom(...Object.keys(worst)), bytes: fc.integer({ min: 100, max: largest }) });

/** One input; `largest` is the size of the worst bodies, `heavy` their number per thousand. */
export const inputs = ({ largest = 3_000_000, heavy = 4 } = {}) =>
  fc.oneof(
    { weight: 550, arbitrary: changed },
    { weight: 150, arbitrary: patched },
    { weight: 150, arbitrary: schematic },
    { weight: 150, arbitrary: listed },
    { weight: 120, arbitrary: ruled },
    { weight: heavy, arbitrary: worstOfSize(largest) },
  );

export const worstInputs = (largest) => worstOfSize(largest);
