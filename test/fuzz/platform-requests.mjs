// The requests of inputs for the platform's own routes.
import { pod } from './parts.mjs';
import { worstPlatform } from './worst-platform.mjs';

function editFile(lines, { at, do: what, value: given, key, field, header }) {
  const index = 1 + (at % Math.max(1, lines.length - 2));
  const line = lines[index] ?? '';
  const object = () => JSON.parse(line);
  const put = (changed) => lines.splice(index, 1, JSON.stringify(changed));
  switch (what) {
    case 'cut':
      return lines.splice(index, lines.length, line.slice(0, at % 50));
    case 'byte':
      return lines.splice(index, 1, `${line.slice(0, at % line.length)}\u0000${line.slice((at % line.length) + 1)}`);
    case 'drop':
      return lines.splice(index, 1);
    case 'double':
      return lines.splice(index, 0, line);
    case 'swap':
      return lines.splice(index, 2, lines[index + 1] ?? '', line);
    case 'key':
      return put({ ...object(), key });
    case 'object':
      return put({ ...object(), object: given });
    case 'field':
      return put({ ...object(), object: { ...object().object, [field]: given } });
    case 'header':
      return lines.splice(0, 1, JSON.stringify({ ...JSON.parse(lines[0]), [header]: given }));
    case 'version':
      return lines.splice(0, 1, JSON.stringify({ ...JSON.parse(lines[0]), version: given }));
    default:
      return lines.splice(-1, 1, JSON.stringify({ objects: given, seal: 'x' }));
  }
}

/** An exported file with some changes. */
function fileWith(file, edits) {
  const lines = file.trimEnd().split('\n');
  for (const edit of edits) {
    try {
      editFile(lines, edit);
    } catch {
      // An earlier change has made it no JSON.
    }
  }
  const counted = edits.some((edit) => edit.do === 'count' || edit.do === 'cut');
  if (!counted) lines.splice(-1, 1, JSON.stringify({ objects: lines.length - 2, seal: 'x' }));
  return lines.join('\n');
}

const json = (method, url, body) => ({
  method,
  url,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});
const query = (given) => new URLSearchParams(given).toString();

/**
 * The request of an input. `scene`: the ids of two clusters, of which one may be broken and its time turned, an organization, and an exported file.
 * @param {{broken: string, cluster: string, organization: string, file: string}} scene
 */
export function platformRequest(input, scene) {
  const at = (id, rest) => `/platform/v1/clusters/${id}/${rest}`;
  const importFile = (body, name) => ({
    method: 'POST',
    url: `/platform/v1/clusters/import${name === null ? '' : `?${query({ name })}`}`,
    headers: { 'content-type': 'application/x-ndjson' },
    body: Buffer.from(body),
  });
  const template = (body) => json('POST', `/platform/v1/organizations/${scene.organization}/templates`, { name: 'fuzz', ...body });
  const file = (node, path, content) =>
    json('PUT', `${at(scene.broken, `nodes/${encodeURIComponent(node.toWellFormed())}/files`)}?${query({ path })}`, { content });
  switch (input.operation) {
    case 'import':
      return importFile(fileWith(scene.file, input.edits), input.query);
    case 'template':
      return template(input.body);
    case 'advance':
      return json('POST', at(scene.broken, 'clock/advance'), input.body);
    case 'fault':
      return json('POST', at(scene.broken, 'faults'), input.body);
    case 'file':
      return file(input.node, input.path, input.content);
    case 'past':
      return { method: 'GET', url: `${at(scene.cluster, input.what)}?${query(input.query)}`, headers: {} };
    case 'what-if':
      return json('POST', at(scene.cluster, 'scheduling/what-if'), {
        pod: input.whole ? input.spec : { ...pod({}), metadata: input.metadata, spec: input.spec },
      });
    default: {
      const made = worstPlatform[input.shape](input.bytes);
      if (made.file !== undefined) return importFile(made.file, null);
      if (made.template !== undefined) return template(made.template);
      if (made.content !== undefined) return file('worker-1', made.path, made.content);
      if (made.end !== undefined) return json('POST', at(scene.broken, 'clock/advance'), { by: '1s', until: made.end, wait: '1s' });
      return { ...json('POST', at(scene.cluster, 'scheduling/what-if'), {}), body: Buffer.from(made.pod) };
    }
  }
}
