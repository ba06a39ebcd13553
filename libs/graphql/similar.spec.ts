import { didYouMean, similarTo } from './similar.js';

const words = ['deploy', 'deployment', 'deployments', 'pod', 'pods', 'po', 'node', 'nodes', 'configmap', 'configmaps'];

test.each([
  ['deploymnt', ' Did you mean "deployment" or "deployments"?'],
  ['dpeloyments', ' Did you mean "deployments" or "deployment"?'],
  ['pdo', ' Did you mean "po" or "pod"?'],
  ['configmpa', ' Did you mean "configmap" or "configmaps"?'],
  ['certificates', ''],
  ['', ''],
])('%j:%s', (word, expected) => expect(didYouMean(word, words)).toBe(expected));

test('long words are compared with nothing', () => {
  expect(similarTo('x'.repeat(3_000_000), words)).toEqual([]);
  expect(similarTo('pod', ['x'.repeat(3_000_000), 'pod'])).toEqual(['pod']);
});
