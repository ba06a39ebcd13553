import { existsSync, readFileSync } from 'node:fs';
import {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  builtIn,
  discoveryForm,
  preferredResources,
} from './index.js';

const file = new URL('../../../shared/recorded/recorded/discovery.json', import.meta.url);
interface Step {
  body: unknown;
}
const recorded: Array<{ name: string; steps: Step[] }> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
const body = (name: string, step = 0): unknown => recorded.find((c) => c.name === name)?.steps[step]?.body;

(recorded.length ? describe : describe.skip)('as a real server answers (skipped where ../shared is not there)', () => {
  test('/api', () => expect(apiVersions('<server>')).toEqual(body('api legacy versions')));
  test('/apis', () => expect(apiGroupList()).toEqual(body('apis group list')));
  test('/api/v1', () => expect(apiResourceList('', 'v1')).toEqual(body('api v1 resources')));
  test.each(recorded.map((c) => c.name).filter((n) => n.startsWith('resources ')))('%s', (name) => {
    const [group = '', version = ''] = name.slice('resources '.length).split('/');
    expect(apiResourceList(group, version)).toEqual(body(name));
    expect(apiGroup(group)).toEqual(body(name, 1));
  });
  test('aggregated', () => {
    expect(aggregatedDiscovery(true, 'v2')).toEqual(body('aggregated discovery v2 api'));
    expect(aggregatedDiscovery(false, 'v2')).toEqual(body('aggregated discovery v2 apis'));
  });
});

describe('the form according to the Accept header', () => {
  const v = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  test.each([
    [`${v('v2')},application/json`, 'v2'],
    [`${v('v2')},${v('v2beta1')},application/json`, 'v2'],
    [`${v('v2')};profile=nopeer`, 'v2'],
    [`${v('v2beta1')},application/json`, 'v2beta1'],
    ['application/json', 'plain'],
    ['', 'plain'],
    ['*/*', 'plain'],
  ])('%s', (accept, form) => expect(discoveryForm(accept)).toBe(form));
  test.each([v('v2beta1'), v('v9'), 'text/html'])('%s is not acceptable', (accept) =>
    expect(() => discoveryForm(accept)).toThrow(
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ),
  );
});

test('each preferred resource occurs once, in the first version of its group that has it', () => {
  const preferred = preferredResources(builtIn);
  expect(preferredResources(builtIn)).toBe(preferred);
  const ids = preferred.map(({ group, resource }) => `${group}/${resource}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids)).toEqual(new Set(builtIn.resources.map(({ group, resource }) => `${group}/${resource}`)));
  expect(preferred.filter(({ group }) => group === 'autoscaling').map(({ version }) => version)).toEqual(['v2']);
});
