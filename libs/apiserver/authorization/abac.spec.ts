import { decideByPolicies, PolicyFailure, policiesIn, rulesOfPolicies } from './abac.js';
import type { AuthorizationAttributes } from './authorization.js';
import { asked } from './test-attributes.js';

const policy = (spec: object) => JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec });
const alice = { name: 'alice', groups: ['devs', 'system:authenticated'] };

test.each<[string, string, Partial<AuthorizationAttributes>, boolean]>([
  ['everything for a user', policy({ user: 'alice', namespace: '*', resource: '*', apiGroup: '*' }), {}, true],
  ['of another user', policy({ user: 'bob', namespace: '*', resource: '*', apiGroup: '*' }), {}, false],
  ['of a group', policy({ group: 'devs', namespace: 'ns', resource: 'pods' }), {}, true],
  ['of a user in a group', policy({ user: 'alice', group: 'ops', namespace: 'ns', resource: 'pods' }), {}, false],
  ['of nobody', policy({ namespace: '*', resource: '*', apiGroup: '*' }), {}, false],
  ['of everybody', policy({ user: '*', namespace: '*', resource: '*', apiGroup: '*' }), {}, true],
  [
    'of everybody: not of anonymous users',
    policy({ user: '*', namespace: '*', resource: '*' }),
    { user: { name: 'x', groups: [] } },
    false,
  ],
  ['readonly: reads', policy({ user: 'alice', namespace: '*', resource: 'pods', readonly: true }), { verb: 'watch' }, true],
  ['readonly: writes', policy({ user: 'alice', namespace: '*', resource: 'pods', readonly: true }), { verb: 'create' }, false],
  ['another namespace', policy({ user: 'alice', namespace: 'other', resource: 'pods' }), {}, false],
  ['another group of the API', policy({ user: 'alice', namespace: '*', resource: '*', apiGroup: 'apps' }), {}, false],
  ['no path for a resource', policy({ user: 'alice', nonResourcePath: '*' }), {}, false],
  ['a path', policy({ user: 'alice', nonResourcePath: '/version' }), { isResource: false, path: '/version' }, true],
  ['paths below', policy({ user: 'alice', nonResourcePath: '/api/*' }), { isResource: false, path: '/api/v1' }, true],
  ['paths beside', policy({ user: 'alice', nonResourcePath: '/api/*' }), { isResource: false, path: '/apis' }, false],
  ['a line without a version', '{"user":"alice"}', { isResource: false, path: '/any' }, true],
  ['a line without a version, for a resource', '{"user":"alice","resource":"pods"}', { group: 'apps' }, true],
  ['a line without a version and a user', '{"resource":"pods"}', {}, true],
  ['comments and blank lines', '# {"user":"alice"}\n\n', {}, false],
])('%s', (_, text, more, allowed) => {
  const question = asked('alice', { user: alice, namespace: 'ns', ...more });
  expect(decideByPolicies(policiesIn('/p', text), question)).toEqual(
    allowed ? { decision: 'allow' } : { decision: 'none', reason: 'No policy matched.' },
  );
});

test.each([
  ['{"user":"a"}\n{', "error reading policy file /p, line 2: {: couldn't get version/kind; json parse error: "],
  ['{"user":1}', 'line 1: {"user":1}: json: cannot unmarshal number into Go struct field .user of type string'],
  ['{"apiVersion":"v1","kind":"Pod"}', 'no kind "Pod" is registered for version "v1"'],
  [`{"user":"${'a'.repeat(70_000)}"}`, 'error reading policy file /p: bufio.Scanner: token too long'],
])('a file that cannot be read: %.40s', (text, message) => {
  expect(() => policiesIn('/p', text)).toThrow(PolicyFailure);
  expect(() => policiesIn('/p', text)).toThrow(message);
});

test('rules of a user', () => {
  const file = [
    policy({ user: 'alice', namespace: 'ns', resource: 'pods', readonly: true }),
    policy({ user: 'alice', namespace: 'other', resource: 'secrets' }),
    policy({ group: 'devs', namespace: '*', resource: '*', apiGroup: 'apps', nonResourcePath: '/version' }),
  ].join('\n');
  expect(rulesOfPolicies(policiesIn('/p', file), alice, 'ns')).toEqual({
    resourceRules: [
      { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['*'], apiGroups: ['apps'], resources: ['*'] },
    ],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['/version'] }],
  });
});
