// Building blocks of the worst requests.

export const pod = (spec) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'worst' },
  spec: { containers: [{ name: 'c', image: 'nginx', ...spec }] },
});
export const configMap = (data, metadata = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'worst', ...metadata }, data });
export const listOf = (bytes, each, one) => Array.from({ length: Math.max(1, Math.floor(bytes / each)) }, (_, i) => one(i));
export const mapOf = (bytes, each, one) => Object.fromEntries(listOf(bytes, each, one));
/** One request with any body. */
export const post = (path, text, type = 'application/json') => ({ method: 'POST', path, headers: { 'content-type': type }, text });
export const pods = '/api/v1/namespaces/default/pods';
export const maps = '/api/v1/namespaces/default/configmaps';
export const json = (path, value) => post(path, JSON.stringify(value));
export const nested = (bytes, open, middle, close) => {
  const depth = Math.max(1, Math.floor(bytes / (open.length + close.length)));
  return `${open.repeat(depth)}${middle}${close.repeat(depth)}`;
};
export const patch = (type, text, path = `${maps}/kube-root-ca.crt`) => ({
  method: 'PATCH',
  path,
  headers: { 'content-type': type },
  text,
});
export const yaml = (text, path = maps) => post(path, text, 'application/yaml');
export const selector = (bytes, one) =>
  listOf(bytes, one(0).length + 1, one)
    .join(',')
    .slice(0, bytes);
export const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: worst\n';
export const get = (path, query) => ({ method: 'GET', path, query, headers: {} });
export const deployment = (parts, spec = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worst' },
  spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: parts }, ...spec },
});
