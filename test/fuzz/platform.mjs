// Inputs for the platform's own routes: files of clusters, templates, ends of advances, faults, files of nodes, what-if pods, the past.
import fc from 'fast-check';
import { expression } from './expressions.mjs';
import { odd, oddTexts } from './values.mjs';
import { worstPlatform } from './worst-platform.mjs';

const text = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ maxLength: 20 }));
const value = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...odd) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });
const at = fc.nat(9999);

/** What is done to the lines of an exported file; the number of objects is put right afterwards unless that is what is wrong. */
const fileEdit = fc.record({
  at,
  do: fc.constantFrom('cut', 'byte', 'drop', 'double', 'swap', 'key', 'object', 'field', 'header', 'count', 'version'),
  value,
  key: fc.constantFrom(
    ...[
      '/',
      '/registry',
      '/registry/',
      '/registry/pods',
      '/registry/pods/default/x',
      '/registry/pods/../../x',
      '/machine/cloud',
      '/platform/x',
    ],
    ...[
      '/registry/configmaps/kube-system/\u0000',
      '/registry/leases/kube-node-lease/x',
      '/machine/files/control-plane/etc/x',
      'registry/a',
    ],
    ...[
      '/registry/apiextensions.k8s.io/customresourcedefinitions/x',
      '/registry/namespaces/default',
      '/registry/ranges/servicenodeports/1',
    ],
  ),
  field: fc.constantFrom('kind', 'apiVersion', 'metadata', 'spec', 'status', '__proto__', 'data'),
  header: fc.constantFrom('name', 'nodes', 'features', 'templateId', 'profile', 'clock', 'seed', 'now', 'revision', 'format', '__proto__'),
});
const imported = fc.record({
  operation: fc.constant('import'),
  edits: fc.array(fileEdit, { minLength: 1, maxLength: 4 }),
  query: fc.option(text),
});

const manifests = fc.oneof(
  text,
  fc.array(value, { maxLength: 3 }).map((items) => items.map((item) => JSON.stringify(item)).join('\n---\n')),
  fc
    .tuple(fc.constantFrom('Pod', 'Node', 'Namespace', 'CustomResourceDefinition', 'Lease', 'Nothing'), value)
    .map(([kind, spec]) => JSON.stringify({ apiVersion: 'v1', kind, metadata: { name: 'a' }, spec })),
);
const node = fc.record(
  {
    name: text,
    role: fc.constantFrom('control-plane', 'worker', 'x'),
    cpu: value,
    memory: value,
    pods: value,
    labels: value,
    taints: value,
    version: text,
  },
  { requiredKeys: ['name', 'role'] },
);
const fault = fc.record(
  {
    type: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.constantFrom(
          'stop',
          'crash',
          'pause',
          'slow',
          'cut',
          'shutdown',
          'fill-disk',
          'skew-clock',
          'slow-pull',
          'fail-pull',
          'corrupt-manifest',
          'corrupt-data',
        ),
      },
      { weight: 1, arbitrary: text },
    ),
    component: fc.oneof(fc.constantFrom('etcd', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kube-apiserver'), text),
    node: fc.oneof(fc.constantFrom('control-plane', 'worker-1'), text),
    peer: fc.oneof(fc.constantFrom('worker-2', 'worker-1'), text),
    delay: fc.oneof(fc.constantFrom('30s', '-1s', '9999999h', '1e9s', '0s'), text),
    skew: fc.oneof(fc.constantFrom('-48h', '99999999h', '1ns'), text),
    image: fc.oneof(fc.constantFrom('*', '**********a', '*a*a*a*a*a*a*a*a*b', `${'*a'.repeat(120)}b`), text),
    exitCode: fc.oneof(fc.integer(), value),
  },
  { requiredKeys: ['type'] },
);
const templated = fc.record({
  operation: fc.constant('template'),
  body: fc.record(
    {
      manifests,
      nodes: fc.oneof(value, fc.array(node, { maxLength: 4 })),
      faults: fc.array(fault, { maxLength: 3 }),
      version: text,
      clock: value,
    },
    { requiredKeys: [] },
  ),
});

const words = fc.oneof(
  fc.constantFrom(
    "jsonpath='{.status.phase}'=Running",
    'jsonpath={..a}=b',
    'jsonpath={[*][*][*]}',
    'condition=a=b=c',
    'delete',
    'jsonpath={',
  ),
  text.map((path) => `jsonpath={${path}}`),
  text.map((name) => `condition=${name}`),
);
const until = fc.oneof(
  fc.record({ quiet: fc.oneof(fc.constant(true), fc.constant('5m'), value) }),
  fc.record(
    {
      object: fc.oneof(fc.constantFrom('pod/box', 'nodes/worker-1', 'x/y', '__proto__/x'), text),
      resource: fc.oneof(fc.constantFrom('pods', 'nodes', 'events', 'constructor'), text),
      namespace: text,
      labelSelector: text,
      for: words,
      jsonPath: fc.oneof(fc.constantFrom('{.status..name}', '{.a[?(@.b)]}', '{..}'), text),
      expression: fc.oneof(expression, fc.constantFrom('objects.all(a, objects.all(b, objects.all(c, a == b || b == c)))')),
      value: text,
    },
    { requiredKeys: [] },
  ),
);
const advanced = fc.record({
  operation: fc.constant('advance'),
  body: fc.record(
    { by: fc.oneof(fc.constantFrom('1s', '2h', '87600h', '9'.repeat(99)), text), to: text, until, wait: fc.constant('1s') },
    { requiredKeys: [] },
  ),
});

const content = fc.oneof(
  text,
  value.map((found) => JSON.stringify(found)),
  fc
    .tuple(
      fc.constantFrom('KubeSchedulerConfiguration', 'KubeletConfiguration', 'EncryptionConfiguration', 'Pod'),
      fc.dictionary(
        fc.constantFrom(
          'profiles',
          'clientConnection',
          'extenders',
          'evictionHard',
          'staticPodPath',
          'shutdownGracePeriod',
          'spec',
          'metadata',
          'maxPods',
        ),
        value,
      ),
    )
    .map(([kind, fields]) => JSON.stringify({ apiVersion: kind === 'Pod' ? 'v1' : 'kubescheduler.config.k8s.io/v1', kind, ...fields })),
);
const path = fc.oneof(
  fc.constantFrom(
    ...[
      '/etc/kubernetes/manifests/kube-scheduler.yaml',
      '/etc/kubernetes/manifests/x.yaml',
      '/etc/kubernetes/scheduler.yaml',
      '/var/lib/kubelet/config.yaml',
    ],
    ...[
      '/etc/kubernetes/manifests/.hidden',
      '/etc/../x',
      '/etc/kubernetes/manifests/../../x',
      '/etc//x',
      '/tmp/x',
      '/etc/kubernetes/manifests',
    ],
  ),
  text,
);
const filed = fc.record({
  operation: fc.constant('file'),
  node: fc.oneof(fc.constantFrom('control-plane', 'worker-1'), text),
  path,
  content: fc.oneof(content, value),
});

const asked = fc.record({
  operation: fc.constant('past'),
  what: fc.constantFrom('objects', 'diff', 'trace', 'scheduling'),
  query: fc.dictionary(
    fc.constantFrom(
      'resource',
      'revision',
      'namespace',
      'labelSelector',
      'fieldSelector',
      'limit',
      'continue',
      'from',
      'to',
      'object',
      'back',
      'format',
      'pod',
    ),
    fc.oneof(fc.constantFrom('1', '5', 'pods', 'nodes', 'pod/box', 'default/box', 'json', 'true', '9007199254740991'), text),
    { maxKeys: 5 },
  ),
});
const whatIf = fc.record({ operation: fc.constant('what-if'), spec: value, metadata: value, whole: fc.boolean() });
const largest = (bytes) =>
  fc.record({
    operation: fc.constant('worst'),
    shape: fc.constantFrom(...Object.keys(worstPlatform)),
    bytes: fc.integer({ min: 1000, max: bytes }),
  });

/** One request to the platform. */
export const platformInputs = (bytes) =>
  fc
    .oneof(
      { weight: 6, arbitrary: imported },
      { weight: 2, arbitrary: templated },
      { weight: 5, arbitrary: advanced },
      { weight: 3, arbitrary: fault.map((body) => ({ operation: 'fault', body })) },
      { weight: 4, arbitrary: filed },
      { weight: 4, arbitrary: asked },
      { weight: 3, arbitrary: whatIf },
      { weight: 3, arbitrary: largest(bytes) },
    )
    .map((input) => ({ sort: 'platform', ...input }));
