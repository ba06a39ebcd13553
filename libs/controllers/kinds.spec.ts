import { expect, test } from '@jest/globals';
import { builtIn, preferredResources } from '#api';
import { isTracked, resourceOf } from './kinds.js';

const served = preferredResources(builtIn);

test('stored resources are tracked, except events; those that are not stored are not', () => {
  const untracked = served.filter((resource) => !isTracked(resource)).map(({ group, resource }) => `${group}/${resource}`);
  expect(untracked.sort()).toEqual([
    '/bindings',
    '/componentstatuses',
    '/events',
    'authentication.k8s.io/selfsubjectreviews',
    'authentication.k8s.io/tokenreviews',
    'authorization.k8s.io/localsubjectaccessreviews',
    'authorization.k8s.io/selfsubjectaccessreviews',
    'authorization.k8s.io/selfsubjectrulesreviews',
    'authorization.k8s.io/subjectaccessreviews',
    'events.k8s.io/events',
  ]);
});

test('an owner reference leads to the served resource, whatever version it names', () => {
  const found = (apiVersion: string, kind: string) => resourceOf({ apiVersion, kind }, served);
  expect(found('v1', 'Pod')).toMatchObject({ group: '', version: 'v1', resource: 'pods' });
  expect(found('autoscaling/v1', 'HorizontalPodAutoscaler')).toMatchObject({ version: 'v2', resource: 'horizontalpodautoscalers' });
  expect(found('example.com/v1', 'Pod')).toBeUndefined();
  expect(found('v1', 'Widget')).toBeUndefined();
});
