import type { KubeObject } from '#apimachinery';
import type { ChainStep } from './chain.js';
import { ruleAfter } from './rule.js';

const SLICE = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] };
const step = (object: object, labels: Record<string, string>): ChainStep => ({
  ...{
    revision: 7,
    previousRevision: 5,
    type: 'UPDATED',
    component: 'c',
    user: 'u',
    verb: 'update',
    subresource: null,
    requestId: 'r',
    wokenBy: 6,
    depth: 2,
  },
  ...{ at: '2026-01-01T00:00:00.000Z', sinceStartMs: 3, sinceCauseMs: 1, summary: 's', key: '/k' },
  object: { ...SLICE, ...object, metadata: { name: 'web-1', namespace: 'default', labels } } as KubeObject,
});
const OF_WEB = { 'kubernetes.io/service-name': 'web' };

test.each<[string, ChainStep, string | undefined]>([
  ['a slice of a Service', step({}, OF_WEB), 'go to 10.0.0.1:80'],
  ['without endpoints', step({ endpoints: null }, OF_WEB), 'are refused'],
  ['that is removed', { ...step({}, OF_WEB), type: 'DELETED' }, 'are refused'],
  ['of a headless Service', step({}, { ...OF_WEB, 'service.kubernetes.io/headless': '' }), undefined],
  ['of no Service', step({}, {}), undefined],
  ['of another kind', step({ kind: 'Pod' }, OF_WEB), undefined],
  ['of another group', step({ apiVersion: 'example.com/v1' }, OF_WEB), undefined],
])('the rule of %s', (_what, after, connections) => {
  const told = ruleAfter(after);
  expect(told && [told.type, told.depth, told.wokenBy, told.key, told.summary]).toEqual(
    connections && ['RULE', 3, 7, '/registry/services/specs/default/web', `kube-proxy: connections to Service default/web ${connections}`],
  );
});
