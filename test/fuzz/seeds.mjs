// The requests from which inputs are derived: recorded ones if they exist beside the repository, otherwise those of libs/registry's specs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { customSeeds } from './custom.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const recorded = path.resolve(root, '../shared/recorded/cases');
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Replaces placeholders in recorded requests by existing or plausible values of a new cluster. */
function filled(value) {
  return JSON.parse(
    JSON.stringify(value)
      .replace(/\{\{repeat:(.):(\d+)\}\}/g, (_, char, count) => char.repeat(Math.min(Number(count), 100_000)))
      .replace(/\{\{[^}]*\}\}/g, '1')
      .replace(/\$NS2?\b/g, 'default')
      .replace(/\$NODE(\d)/g, 'node-$1'),
  );
}

function impersonation({ user, uid, groups = [], extra = {} } = {}) {
  return {
    ...(user && { 'impersonate-user': user }),
    ...(uid && { 'impersonate-uid': uid }),
    ...(groups.length > 0 && { 'impersonate-group': groups }),
    ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [`impersonate-extra-${key}`, values])),
  };
}

function request({ method, path: target, headers = {}, body, rawBody, raw, as }) {
  const [at, query = ''] = filled(target).split('?');
  const text = rawBody ?? raw;
  return {
    method,
    path: at,
    query,
    headers: { ...filled(headers), ...impersonation(as && filled(as)) },
    ...(body === undefined ? {} : { body: filled(body) }),
    ...(typeof text === 'string' ? { text: filled(text) } : {}),
  };
}

const ofRegistry = () => [
  ...read(path.join(root, 'libs/registry/cases.recorded.json')).flatMap(({ steps }) => steps.map(request)),
  ...['created', 'rejected'].flatMap((name) =>
    read(path.join(root, `libs/registry/${name}.recorded.json`)).map((one) => request({ method: 'POST', ...one })),
  ),
];

const ofRecording = () =>
  readdirSync(recorded)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => read(path.join(recorded, file)).cases)
    .flatMap(({ steps }) => steps.filter((step) => step.method && step.path).map(request));

/** Method, path, query, headers, and `body` (a value) or `text`, of every request. */
export const seeds = [...ofRegistry(), ...customSeeds, ...(existsSync(recorded) ? ofRecording() : [])].map((seed) => ({
  ...seed,
  path: seed.path.replace(/\/namespaces\/ns1(?=\/|$)/, '/namespaces/default'),
}));
