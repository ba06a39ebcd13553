import { parseGroupVersion, scheme } from './index.js';

test('resources, their storage and their kinds', () => {
  expect(scheme.resources()).toHaveLength(68);
  expect(scheme.groupVersions().map(({ group, versions }) => `${group}:${versions.join()}`)).toEqual([
    ':v1',
    'apiregistration.k8s.io:v1',
    'apps:v1',
    'events.k8s.io:v1',
    'authentication.k8s.io:v1',
    'authorization.k8s.io:v1',
    'autoscaling:v2,v1',
    'batch:v1',
    'certificates.k8s.io:v1',
    'networking.k8s.io:v1',
    'policy:v1',
    'rbac.authorization.k8s.io:v1',
    'storage.k8s.io:v1',
    'admissionregistration.k8s.io:v1',
    'apiextensions.k8s.io:v1',
    'scheduling.k8s.io:v1',
    'coordination.k8s.io:v1',
    'node.k8s.io:v1',
    'discovery.k8s.io:v1',
    'resource.k8s.io:v1',
    'flowcontrol.apiserver.k8s.io:v1',
  ]);
  expect(scheme.resources().filter((r) => !scheme.definitionFor(r))).toEqual([]);
});

test.each([
  ['', 'events', 'v1'],
  ['events.k8s.io', 'events', 'v1'],
  ['autoscaling', 'horizontalpodautoscalers', 'autoscaling/v2'],
  ['apps', 'deployments', 'apps/v1'],
  ['apps', 'nope', undefined],
])('%s %s is stored as %s', (group, resource, version) => expect(scheme.storageVersionOf(group, resource)).toBe(version));

test('every field except kind and apiVersion has a protobuf number, and no number is used twice', () => {
  const problems: string[] = [];
  for (const definition of scheme.definitions()) {
    if (definition.package === 'version') continue;
    const seen = new Set<string>();
    for (const { name, proto } of definition.fields) {
      if (proto.length === 0 && name !== 'kind' && name !== 'apiVersion') problems.push(`${definition.id}.${name}: none`);
      if (proto.length > 0 && seen.has(proto.join())) problems.push(`${definition.id}.${name}: ${proto.join()} twice`);
      seen.add(proto.join());
    }
  }
  expect(problems).toEqual([]);
});

test('kinds of every group are found in every group version', () => {
  expect(scheme.definitionFor({ group: 'apps', version: 'v1', kind: 'DeleteOptions' })?.id).toBe('meta.v1.DeleteOptions');
  expect(parseGroupVersion('apps/v1')).toEqual({ group: 'apps', version: 'v1' });
});
