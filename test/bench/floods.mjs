// What one tenant floods with while another is measured.

export const connections = 16;
/** Objects of the lists. */
export const listed = 5000;
export const namespace = 'default';
export const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export const configMap = (name, data = { a: 'x'.repeat(100) }) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

/** The floods by name: the request that is repeated. */
export function floods(at) {
  const large = Array.from({ length: 20_000 }, (_, i) => [`key-${i}`, 'v'.repeat(30)]);
  const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n${large.map(([key, value]) => `  ${key}: "${value}"\n`).join('')}`;
  const json = { 'content-type': 'application/json' };
  const query = `{ configMaps(limit: 500) { items { metadata { name uid } } } }`;
  const tried = (type, body) => () => ({ method: 'POST', path: `${at.prefix + maps}?dryRun=All`, headers: { 'content-type': type }, body });
  const get = (accept) => () => ({ method: 'GET', path: at.prefix + maps, headers: { accept } });
  return {
    creates: (i) => ({ method: 'POST', path: at.prefix + maps, headers: json, body: JSON.stringify(configMap(`flood-${i}`)) }),
    [`lists of ${listed}`]: get('application/json'),
    [`Tables of ${listed}`]: get(table),
    'YAML of 1 MB': tried('application/yaml', yaml),
    'JSON of 1 MB': tried('application/json', JSON.stringify(configMap('json', Object.fromEntries(large)))),
    'GraphQL lists': () => ({ method: 'POST', path: '/graphql', headers: json, body: JSON.stringify({ query }) }),
  };
}

export const floodNames = Object.keys(floods({ prefix: '' }));
