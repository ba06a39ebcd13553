// Builds the request for the description of an input: pure, so that a printed input can be sent again.
import { stringify } from 'yaml';
import { encodeProtobuf, scheme } from '#api';
import { ruledRequest } from './expressions.mjs';
import { seeds } from './seeds.mjs';
import { odd } from './values.mjs';
import { worst } from './worst.mjs';

const resources = scheme.resources();
const mediaTypes = { json: 'application/json', yaml: 'application/yaml', protobuf: 'application/vnd.kubernetes.protobuf' };
const isObject = (value) => typeof value === 'object' && value !== null;

/** Every position in a value: its holder and key, parents first. Limited: large values are modified near their beginning. */
function places(value) {
  const found = [];
  const queue = [value];
  for (let i = 0; i < queue.length && found.length < 2000; i++) {
    for (const key of Object.keys(queue[i])) {
      found.push([queue[i], key]);
      if (isObject(queue[i][key])) queue.push(queue[i][key]);
    }
  }
  return found;
}

const define = (holder, key, value) => Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });

const otherType = (value) => {
  if (typeof value === 'string') return Number(value) || [value];
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return { ...value };
  return isObject(value) ? Object.values(value) : String(value);
};

const edits = {
  set: (holder, key, { value }) => define(holder, key, structuredClone(value)),
  add: (holder, _key, { key, value }) =>
    Array.isArray(holder) ? holder.push(structuredClone(value)) : define(holder, key, structuredClone(value)),
  delete: (holder, key) => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
  wrap: (holder, key, { at }) => define(holder, key, at % 2 ? [holder[key]] : { [key]: holder[key] }),
  repeat: (holder, key, { at }) => {
    if (Array.isArray(holder)) for (let i = 0; i < (at % 50) + 1; i++) holder.push(structuredClone(holder[key]));
    else if (typeof holder[key] === 'string') define(holder, key, holder[key].repeat((at % 50) + 1));
  },
  swap: (holder, key) => {
    const keys = Object.keys(holder);
    const other = keys[(keys.indexOf(key) + 1) % keys.length];
    const kept = holder[key];
    define(holder, key, holder[other]);
    define(holder, other, kept);
  },
  rename: (holder, key, edit) => {
    if (Array.isArray(holder)) return;
    const kept = holder[key];
    delete holder[key];
    define(holder, edit.key, kept);
  },
  type: (holder, key) => define(holder, key, otherType(holder[key])),
};

/** The value with all edits applied; the root can be replaced too. */
function edited(value, list) {
  const root = { root: structuredClone(value) };
  for (const edit of list) {
    const all = places(root);
    const [holder, key] = all[edit.at % all.length];
    if (holder !== root || edit.do === 'set' || edit.do === 'type') edits[edit.do](holder, key, edit);
    if (!('root' in root)) break;
  }
  return root.root;
}

/** Bytes in an encoding; what the encoding does not support is written as JSON. */
function encoded(body, encoding) {
  try {
    if (encoding === 'yaml') return { type: mediaTypes.yaml, bytes: Buffer.from(stringify(body)) };
    const bytes = encoding === 'protobuf' && Buffer.from(encodeProtobuf(body));
    // Used to encode an object in place of a string.
    if (bytes && !bytes.includes('[object Object]')) return { type: mediaTypes.protobuf, bytes };
  } catch {
    // Protobuf has no such field or value, YAML no such string.
  }
  return { type: mediaTypes.json, bytes: Buffer.from(JSON.stringify(body) ?? 'undefined') };
}

function corrupted(bytes, changes) {
  if (changes.length === 0 || bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  for (const [at, byte] of changes) copy[at % copy.length] = byte;
  return copy;
}

function editedPath(path, list) {
  const parts = path.split('/');
  for (const { at, do: what, value } of list) {
    const i = 1 + (at % parts.length);
    if (what === 'set') parts[i] = value;
    else if (what === 'append') parts.push(value);
    else if (what === 'delete') parts.splice(i, 1);
    else parts.splice(i, 0, parts[i] ?? '');
  }
  return parts.join('/');
}

const queryOf = (pairs) => pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value.toWellFormed())}`).join('&');
const headersOf = (pairs) => Object.fromEntries(pairs);

function changed({ seed, edits: list, encoding, headers, query, path, method, bytes }) {
  const base = seeds[seed];
  const isPatch = /patch/.test(base.headers['content-type'] ?? '');
  const body =
    base.text === undefined && base.body !== undefined ? encoded(edited(base.body, list), isPatch ? 'json' : encoding) : undefined;
  const raw = body?.bytes ?? (base.text === undefined ? undefined : Buffer.from(base.text));
  return {
    method: method ?? base.method,
    path: editedPath(base.path, path),
    query: [base.query, queryOf(query)].filter(Boolean).join('&'),
    headers: { ...(raw && { 'content-type': body?.type ?? mediaTypes.json }), ...base.headers, ...headersOf(headers) },
    ...(raw && { body: corrupted(raw, bytes) }),
  };
}

const targets = [
  ...['/api/v1/nodes/node-1', '/api/v1/nodes/node-1/status', '/api/v1/namespaces/default', '/api/v1/namespaces/default/status'],
  ...[
    '/api/v1/namespaces/default/services/kubernetes',
    '/api/v1/namespaces/default/configmaps/kube-root-ca.crt',
    '/api/v1/namespaces/default/serviceaccounts/default',
  ],
  ...['/apis/rbac.authorization.k8s.io/v1/clusterroles/view', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/cluster-admin'],
  ...['/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical', '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/exempt'],
  ...[
    '/apis/apps/v1/namespaces/default/deployments/a',
    '/apis/apps/v1/namespaces/default/deployments/a/scale',
    '/api/v1/namespaces/default/pods/a',
  ],
  ...[
    '/api/v1/namespaces/default/pods/a/status',
    '/api/v1/namespaces/default/secrets/a',
    '/api/v1/namespaces/default/pods/a/ephemeralcontainers',
  ],
];

function patched({ target, type, patch, edits: list, query }) {
  const path = targets[target % targets.length];
  const body = Buffer.from(JSON.stringify(edited(patch, list)) ?? 'null');
  return { method: 'PATCH', path, query: queryOf(query), headers: { 'content-type': type }, body };
}

/** Draws from a list of indexes again and again: the draws are part of the input, so they shrink with it. */
function drawing(values) {
  let next = 0;
  return () => odd[values[next++ % values.length]];
}

function sample(type, depth, draw) {
  if (type.of === 'struct') return depth > 0 ? bodyOf(type.definition, depth - 1, draw) : {};
  if (type.of === 'list') return depth > 0 ? [sample(type.items, depth - 1, draw)] : [];
  if (type.of === 'map') return depth > 0 ? { a: sample(type.values, depth - 1, draw) } : {};
  const drawn = draw();
  if (type.of === 'string' || type.of === 'quantity') return isObject(drawn) ? 'a' : String(drawn);
  if (type.of === 'int32' || type.of === 'int64') return typeof drawn === 'number' ? Math.trunc(drawn) : 1;
  if (type.of === 'boolean') return drawn === true;
  if (type.of === 'intOrString') return typeof drawn === 'number' ? Math.trunc(drawn) : '50%';
  if (type.of === 'time') return '2026-01-02T03:04:05Z';
  if (type.of === 'microTime') return '2026-01-02T03:04:05.000000Z';
  if (type.of === 'bytes') return 'eA==';
  return drawn;
}

function bodyOf(definition, depth, draw) {
  const fields = definition.fields.filter(({ name }) => !(name === 'metadata' && definition.gvk));
  return Object.fromEntries(fields.map(({ name, type }) => [name, sample(type, depth, draw)]));
}

const collection = ({ group, version, resource, namespaced }) =>
  `${group === '' ? '/api' : `/apis/${group}`}/${version}${namespaced ? '/namespaces/default' : ''}/${resource}`;

function schematic({ resource, subresource, depth, values, encoding, method, edits: list }) {
  const info = resources[resource % resources.length];
  const definition = scheme.definitionFor(info);
  const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`;
  const body = { ...bodyOf(definition, depth, drawing(values)), apiVersion, kind: info.kind, metadata: { name: 'a', labels: { a: 'b' } } };
  const below = subresource ? Object.keys(info.subresources)[depth % Math.max(1, Object.keys(info.subresources).length)] : undefined;
  const { type, bytes } = encoded(edited(body, list), method === 'PATCH' ? 'json' : encoding);
  const named = below !== undefined || method !== 'POST';
  return {
    method,
    path: `${collection(info)}${named ? '/a' : ''}${below === undefined ? '' : `/${below}`}`,
    query: '',
    headers: { 'content-type': method === 'PATCH' ? 'application/strategic-merge-patch+json' : type },
    body: bytes,
  };
}

function listed({ resource, query, headers }) {
  return { method: 'GET', path: collection(resources[resource % resources.length]), query: queryOf(query), headers: headersOf(headers) };
}

function ofShape({ shape, bytes }) {
  const { text, query = '', ...request } = worst[shape](bytes);
  return { ...request, query, ...(text === undefined ? {} : { body: Buffer.from(text) }) };
}

const renderers = { changed, patched, schematic, listed, ruled: ruledRequest, worst: ofShape };

/**
 * The request of an input: method, path (decoded), query, headers in lower case, and the body's bytes. Requests outside of clusters are
 * left unchanged.
 */
export function render(input) {
  if (!(input.sort in renderers)) return input;
  const { method, path, query, headers, body } = renderers[input.sort](input);
  return { method, path: path.startsWith('/') ? path : `/${path}`, query, headers, ...(body?.length ? { body } : {}) };
}
