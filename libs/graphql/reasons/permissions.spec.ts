import { builtIn } from '#api';
import { groupsOf } from '../relations/roles.js';
import { askedAbout } from './can-i-field.js';
import { ruleText } from './permissions.js';

test.each([
  ['system:serviceaccount:shop:clerk', ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated']],
  ['jane', ['system:authenticated']],
  ['system:serviceaccount:shop', ['system:authenticated']],
])('the groups of a user: %s', (user, groups) => expect(groupsOf(user)).toEqual(groups));

test.each([
  ['jane', ['dev'], ['dev', 'system:authenticated']],
  ['jane', [], ['system:authenticated']],
  ['jane', ['dev', 'system:authenticated'], ['dev', 'system:authenticated']],
  ['system:serviceaccount:shop:clerk', ['dev'], ['dev', 'system:authenticated']],
  ['system:anonymous', ['dev'], ['dev', 'system:unauthenticated']],
])('the groups of %s with the groups %j', (user, given, groups) => expect(groupsOf(user, given)).toEqual(groups));

test.each<[Parameters<typeof askedAbout>[1], object]>([
  [
    { verb: 'get', resource: 'deploy', name: 'web', namespace: 'shop' },
    { resourceAttributes: { verb: 'get', group: 'apps', resource: 'deployments', subresource: '', name: 'web', namespace: 'shop' } },
  ],
  [
    { verb: 'get', resource: 'pods/log' },
    { resourceAttributes: { verb: 'get', group: '', resource: 'pods', subresource: 'log', name: '', namespace: '' } },
  ],
  [
    { verb: 'list', resource: 'nodes', namespace: 'shop' },
    { resourceAttributes: { verb: 'list', group: '', resource: 'nodes', subresource: '', name: '', namespace: '' } },
  ],
  [
    { verb: '*', resource: '*' },
    { resourceAttributes: { verb: '*', group: '*', resource: '*', subresource: '', name: '', namespace: '' } },
  ],
  [{ verb: 'get', resource: '/healthz' }, { nonResourceAttributes: { verb: 'get', path: '/healthz' } }],
])('%j asks about %j', (question, asked) => expect(askedAbout(builtIn.resources, question)).toEqual(asked));

test('an unknown resource', () => {
  expect(() => askedAbout(builtIn.resources, { verb: 'get', resource: 'nothing/log' })).toThrow(
    'the server doesn\'t have a resource type "nothing"',
  );
  expect(() => askedAbout(builtIn.resources, { verb: 'get', resource: 'deploymets' })).toThrow(/"deploymets". Did you mean "deployments"/);
});

test.each([
  [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] }, 'get, list pods, pods/log'],
  [{ verbs: ['*'], apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['web'] }, '* deployments of apps named web'],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/livez'] }, 'get /healthz, /livez'],
])('%j is "%s"', (rule, text) => expect(ruleText(rule)).toBe(text));
