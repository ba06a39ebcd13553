import { describe, expect, test } from '@jest/globals';
import { type Location, listPrefix, locate, storageKey } from './keys.js';

describe('keys', () => {
  test.each<[string, Location]>([
    ['/registry/pods/default/web-1', { group: '', resource: 'pods', namespace: 'default', name: 'web-1' }],
    ['/registry/namespaces/x', { group: '', resource: 'namespaces', namespace: '', name: 'x' }],
    ['/registry/minions/n1', { group: '', resource: 'nodes', namespace: '', name: 'n1' }],
    ['/registry/services/specs/ns/s', { group: '', resource: 'services', namespace: 'ns', name: 's' }],
    ['/registry/services/endpoints/ns/s', { group: '', resource: 'endpoints', namespace: 'ns', name: 's' }],
    ['/registry/controllers/ns/rc', { group: '', resource: 'replicationcontrollers', namespace: 'ns', name: 'rc' }],
    ['/registry/ingress/ns/i', { group: 'networking.k8s.io', resource: 'ingresses', namespace: 'ns', name: 'i' }],
    ['/registry/deployments/ns/d', { group: 'apps', resource: 'deployments', namespace: 'ns', name: 'd' }],
    [
      '/registry/apiextensions.k8s.io/customresourcedefinitions/a.b',
      { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', namespace: '', name: 'a.b' },
    ],
    [
      '/registry/apiregistration.k8s.io/apiservices/v1.',
      { group: 'apiregistration.k8s.io', resource: 'apiservices', namespace: '', name: 'v1.' },
    ],
    ['/registry/stable.example.com/crontabs/ns/c', { group: 'stable.example.com', resource: 'crontabs', namespace: 'ns', name: 'c' }],
    // A custom resource in a built-in group, and one named like a built-in resource.
    ['/registry/networking.k8s.io/gateways/ns/g', { group: 'networking.k8s.io', resource: 'gateways', namespace: 'ns', name: 'g' }],
    ['/registry/metrics.example.com/pods/ns/p', { group: 'metrics.example.com', resource: 'pods', namespace: 'ns', name: 'p' }],
    ['/registry/example.com/clusterwidgets/w', { group: 'example.com', resource: 'clusterwidgets', namespace: '', name: 'w' }],
  ])('%s', (key, location) => {
    expect(storageKey(location)).toBe(key);
    expect(locate(key)).toEqual(location);
  });

  test.each(['/registry', '/registry/pods', '/registry/pods/default', '/registry/pods/a/b/c', '/other/pods/a/b', ''])(
    'not an object: %s',
    (key) => {
      expect(locate(key)).toBeUndefined();
    },
  );

  test('list prefixes end with a slash', () => {
    expect(listPrefix('', 'pods', '')).toBe('/registry/pods/');
    expect(listPrefix('', 'services', 'ns')).toBe('/registry/services/specs/ns/');
  });
});
