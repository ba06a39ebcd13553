// The largest inputs of the platform's routes: files of clusters, manifests of templates, files of nodes, what-if pods, ends of advances.
import { configMap, listOf, mapOf, nested, pods } from './parts.mjs';
import { worstObjects } from './worst-objects.mjs';
import { worstTexts } from './worst-texts.mjs';

/** Characters of a file of a node, of a template's manifests and of an expression, as far as the routes take them. */
const FILE = 262_144;
const MANIFESTS = 500_000;
const EXPRESSION = 2_000;
const BODY = 1_000_000;

const head = JSON.stringify({
  ...{ format: 'orrery-cluster', version: 1, name: 'worst', nodes: { count: 3, cpu: '4', memory: '8Gi', pods: 110 }, profile: 'instant' },
  ...{ seed: 's', clock: { mode: 'real' }, now: 0, revision: 1 },
});
const maps = '/registry/configmaps/default/';
/** A file with these lines of objects. */
const fileOf = (lines) => `${[head, ...lines, JSON.stringify({ objects: lines.length, seal: 'x' })].join('\n')}\n`;
const row = (name, object) => `{"key":"${maps}${name}","object":${object}}`;
const numbered = (i) => `c${String(i).padStart(7, '0')}`;
const mapNamed = (name, data) => JSON.stringify({ ...configMap(data, { name, namespace: 'default' }) });
const schemas = (n) => JSON.parse(worstObjects.crdSchema(n).text);

const files = {
  fileTiny: (n) => listOf(n, 60, (i) => row(numbered(i), '{}')),
  fileMaps: (n) => listOf(n, 190, (i) => row(numbered(i), mapNamed(numbered(i), { a: 'b' }))),
  fileWide: (n) => [
    row(
      'worst',
      mapNamed(
        'worst',
        mapOf(n, 14, (i) => [`k${i}`, 'v']),
      ),
    ),
  ],
  fileDeep: (n) => [row('worst', nested(n, '{"a":', '1', '}'))],
  fileBrackets: (n) => [row('worst', `{"a":${'['.repeat(n)}}`)],
  fileQuotes: (n) => [row('worst', `{"a":"${'\\"'.repeat(n / 2)}"}`)],
  fileKeys: (n) => [`{"key":"${'/a'.repeat(n / 2)}","object":{}}`],
  fileEscapedKey: (n) => [`{"key":"${'\\u0041'.repeat(n / 6)}","object":{}}`],
  fileBlank: (n) => ['', ' '.repeat(n)],
  fileNodes: (n) =>
    listOf(
      n,
      150,
      (i) => `{"key":"/registry/minions/${numbered(i)}","object":{"apiVersion":"v1","kind":"Node","metadata":{"name":"${numbered(i)}"}}}`,
    ),
  fileDefinition: (n) => [
    `{"key":"/registry/apiextensions.k8s.io/customresourcedefinitions/ws.example.com","object":${JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', ...schemas(n) })}}`,
  ],
};

/** Pods of the worst objects, as what-if asks about them. */
const podShapes = Object.keys(worstObjects).filter(
  (shape) => worstObjects[shape](100).path === pods && worstObjects[shape](100).text.includes('"spec"'),
);
const yamlShapes = Object.keys(worstTexts).filter((shape) => shape.startsWith('yaml'));
const named = (prefix, shapes, make) => Object.fromEntries(shapes.map((shape) => [`${prefix}${shape}`, (n) => make(shape, n)]));

/** Shape by name: bytes → what is sent (a file, a template, a node's file, an end of an advance, a pod's text). */
export const worstPlatform = {
  ...Object.fromEntries(Object.entries(files).map(([shape, lines]) => [shape, (n) => ({ file: fileOf(lines(n)) })])),
  ...named('template-', yamlShapes, (shape, n) => ({
    template: { manifests: worstTexts[shape](Math.min(n, MANIFESTS)).text.slice(0, MANIFESTS) },
  })),
  templateMaps: (n) => ({
    template: { manifests: listOf(Math.min(n, MANIFESTS), 70, (i) => mapNamed(numbered(i), {}).slice(0)).join('\n---\n') },
  }),
  templateNodes: (n) => ({
    template: {
      nodes: listOf(Math.min(n, BODY), 60, (i) => ({ name: `n${i}`, role: 'control-plane', taints: [{ key: 'a', effect: 'NoExecute' }] })),
    },
  }),
  ...named('manifest-', yamlShapes, (shape, n) => ({
    path: '/etc/kubernetes/manifests/worst.yaml',
    content: worstTexts[shape](Math.min(n, FILE)).text.slice(0, FILE),
  })),
  manifestPod: (n) => ({ path: '/etc/kubernetes/manifests/worst.yaml', content: worstObjects.env(Math.min(n, FILE)).text }),
  kubeletConfig: (n) => ({
    path: '/var/lib/kubelet/config.yaml',
    content: `evictionHard:\n${listOf(Math.min(n, FILE), 16, (i) => `  a${i}: "5%"`).join('\n')}`,
  }),
  kubeletPath: (n) => ({ path: '/var/lib/kubelet/config.yaml', content: `staticPodPath: ${'/a'.repeat(Math.min(n, FILE) / 2)}/` }),
  ...named('whatIf-', podShapes, (shape, n) => ({ pod: `{"pod":${worstObjects[shape](Math.min(n, BODY)).text}}` })),
  whatIfDeep: (n) => ({ pod: `{"pod":{"metadata":{},"spec":${nested(Math.min(n, BODY), '{"a":', '1', '}')}}}` }),
  endNested: () => ({ end: { resource: 'pods', expression: nested(EXPRESSION, '[1].all(a, ', 'true', ')') } }),
  endLoops: () => ({ end: { resource: 'events', expression: nested(EXPRESSION, 'objects.all(a, ', 'true', ')') } }),
  endMatches: () => ({ end: { resource: 'pods', expression: `'${'a'.repeat(900)}b'.matches('${'(a+)+'.repeat(200)}$')` } }),
  endStrings: () => ({
    end: {
      resource: 'pods',
      expression: `${Array.from({ length: 9 }, (_, i) => `[${'"x",'.repeat(10)}"x"].map(a${i}, `).join('')}'xxxxxxxxxxxxxxxxxxxx'${')'.repeat(9)}.size() > 0`,
    },
  }),
  endSelector: () => ({ end: { resource: 'pods', deleted: true, labelSelector: 'a,'.repeat(1_999) } }),
};
