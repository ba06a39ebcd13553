import { expect, test } from '@jest/globals';
import type { apiextensionsv1 } from '#api';
import { nextStatus } from './status.js';

type Definition = apiextensionsv1.CustomResourceDefinition;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const time = '2026-01-01T00:00:00Z';

const named = (names: Partial<apiextensionsv1.CustomResourceDefinitionNames>, more: Partial<Definition> = {}): Definition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'x' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'as', singular: 'a', kind: 'A', listKind: 'AList', ...names },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
  ...more,
});

const taken = (names: apiextensionsv1.CustomResourceDefinitionNames): Definition => named({}, { status: { acceptedNames: names } });

test('the first definition gets its names and is established at once', () => {
  const definition = named({ shortNames: ['x'], categories: ['all'] });
  const status = nextStatus(definition, [definition], NOW);
  expect(status).toEqual({
    acceptedNames: definition.spec.names,
    conditions: [
      { type: 'NamesAccepted', status: 'True', lastTransitionTime: time, reason: 'NoConflicts', message: 'no conflicts found' },
      {
        type: 'Established',
        status: 'True',
        lastTransitionTime: time,
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
  });
  expect(nextStatus({ ...definition, status }, [definition], NOW + 5000)).toBe(status);
});

// The texts of controller/status/naming_controller_test.go.
test.each<[string, apiextensionsv1.CustomResourceDefinitionNames, string, string]>([
  ['plural', { plural: 'as', kind: 'B' }, 'PluralConflict', '"as" is already in use'],
  ['singular', { plural: 'bs', singular: 'a', kind: 'B' }, 'SingularConflict', '"a" is already in use'],
  [
    'short names',
    { plural: 'bs', shortNames: ['s1', 's2'], kind: 'B' },
    'ShortNamesConflict',
    '["s1" is already in use, "s2" is already in use]',
  ],
  ['kind', { plural: 'bs', kind: 'A' }, 'KindConflict', '"A" is already in use'],
  ['list kind', { plural: 'bs', kind: 'B', listKind: 'AList' }, 'ListKindConflict', '"AList" is already in use'],
])('a conflict of the %s', (_, others, reason, message) => {
  const definition = named({ shortNames: ['s1', 's2'] });
  expect(nextStatus(definition, [definition, taken(others)], NOW).conditions).toEqual([
    { type: 'NamesAccepted', status: 'False', lastTransitionTime: time, reason, message },
    { type: 'Established', status: 'False', lastTransitionTime: time, reason: 'NotAccepted', message: 'not all names are accepted' },
  ]);
});

test('groups of the Kubernetes community say where they were approved; schemas that are not structural are named', () => {
  const definition = named({});
  const odd = { ...definition, metadata: { name: 'x', annotations: { 'api-approved.kubernetes.io': 'https://example.com/1' } } };
  odd.spec = {
    ...definition.spec,
    group: 'x.k8s.io',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: {} } }],
  };
  expect(nextStatus(odd, [odd], NOW).conditions?.slice(2)).toEqual([
    {
      type: 'NonStructuralSchema',
      status: 'True',
      lastTransitionTime: time,
      reason: 'Violations',
      message: 'spec.versions[0].schema.openAPIV3Schema.type: Required value: must not be empty at the root',
    },
    {
      type: 'KubernetesAPIApprovalPolicyConformant',
      status: 'True',
      lastTransitionTime: time,
      reason: 'ApprovedAnnotation',
      message: 'approved in https://example.com/1',
    },
  ]);
});

test('a definition whose conversion webhook has an unusable CA bundle is established when the bundle is corrected', () => {
  const withBundle = (caBundle: string): Definition['spec'] => ({
    ...named({}).spec,
    conversion: { strategy: 'Webhook', webhook: { clientConfig: { url: 'https://a.b', caBundle }, conversionReviewVersions: ['v1'] } },
  });
  const definition = named({}, { spec: withBundle(Buffer.from('none').toString('base64')) });
  const status = nextStatus(definition, [definition], NOW);
  expect(status.conditions?.[1]).toEqual({
    ...{ type: 'Established', status: 'False', lastTransitionTime: time },
    ...{ reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' },
  });
  expect(nextStatus({ ...definition, status }, [definition], NOW)).toBe(status);
  const corrected = named({}, { spec: withBundle(''), status });
  expect(nextStatus(corrected, [corrected], NOW).conditions?.[1]?.reason).toBe('InitialNamesAccepted');
});
