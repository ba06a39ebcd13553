import { type AuthorizationAttributes, type AuthorizerLink } from '../authorization/authorization.js';
import { impersonate } from './impersonation.js';

/** Allows what is listed as `verb resource name`, of the group that stands before the resource. */
const allowing = (asked: string[], ...allowed: string[]): AuthorizerLink => ({
  authorize({ verb, group, resource, subresource, namespace, name }) {
    const what = [group, resource, subresource].filter((part) => part !== '').join('/');
    const text = [verb, what, [namespace, name].filter((part) => part !== '').join('/')].filter((part) => part !== '').join(' ');
    asked.push(text);
    return { decision: allowed.includes(text) ? 'allow' : 'none' };
  },
});

const requestor = {
  name: 'system:serviceaccount:kube-system:agent',
  groups: ['system:authenticated'],
  extra: { 'authentication.kubernetes.io/node-name': ['worker'] },
};
const request: AuthorizationAttributes = {
  user: requestor,
  verb: 'list',
  isResource: true,
  path: '',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: '',
  name: '',
};
const A = 'authentication.k8s.io';

type Headers = Record<string, string>;
async function attempt(headers: Headers, ...allowed: string[]) {
  const asked: string[] = [];
  const user = await impersonate(request, headers, [allowing(asked, ...allowed)]).catch((error: Error) => error.message);
  return { user, asked };
}

const bob = { 'impersonate-user': 'bob' };
const worker = { 'impersonate-user': 'system:node:worker' };
const nodes = ['system:nodes', 'system:authenticated'];

test.each<[string, Headers, string[], unknown]>([
  [
    'a user, for one verb',
    bob,
    ['impersonate-on:user-info:list pods', `impersonate:user-info ${A}/users bob`],
    { name: 'bob', groups: ['system:authenticated'] },
  ],
  ['a user, for everything', bob, ['impersonate users bob'], { name: 'bob', groups: ['system:authenticated'] }],
  [
    'the own node',
    worker,
    ['impersonate-on:associated-node:list pods', `impersonate:associated-node ${A}/nodes *`],
    { name: 'system:node:worker', groups: nodes },
  ],
  [
    'any node',
    { 'impersonate-user': 'system:node:other' },
    ['impersonate-on:arbitrary-node:list pods', `impersonate:arbitrary-node ${A}/nodes other`],
    { name: 'system:node:other', groups: nodes },
  ],
  [
    'a node as any user, without its groups',
    worker,
    ['impersonate users system:node:worker'],
    { ...{ name: 'system:node:worker' }, groups: ['system:authenticated'] },
  ],
  [
    'an account',
    { 'impersonate-user': 'system:serviceaccount:ns:sa' },
    ['impersonate-on:serviceaccount:list pods', `impersonate:serviceaccount ${A}/serviceaccounts ns/sa`],
    {
      name: 'system:serviceaccount:ns:sa',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    },
  ],
  [
    'groups, a uid and extra values',
    { ...bob, 'impersonate-uid': '1', 'impersonate-group': 'devs', 'impersonate-extra-acme.io%2fa': 'x' },
    [
      'impersonate-on:user-info:list pods',
      `impersonate:user-info ${A}/users bob`,
      `impersonate:user-info ${A}/uids 1`,
      `impersonate:user-info ${A}/groups devs`,
      `impersonate:user-info ${A}/userextras/acme.io/a x`,
    ],
    { name: 'bob', uid: '1', groups: ['devs', 'system:authenticated'], extra: { 'acme.io/a': ['x'] } },
  ],
  [
    'many groups by one permission',
    { ...bob, 'impersonate-group': 'a, b, c, d' },
    ['impersonate-on:user-info:list pods', `impersonate:user-info ${A}/users bob`, `impersonate:user-info ${A}/groups *`],
    { name: 'bob', groups: ['a', 'b', 'c', 'd', 'system:authenticated'] },
  ],
])('%s', async (_, headers, allowed, want) => {
  expect((await attempt(headers, ...allowed)).user).toEqual(want);
});

const who = 'User "system:serviceaccount:kube-system:agent"';
const ON = ['impersonate-on:user-info:list pods', `impersonate:user-info ${A}/users bob`];

test.each<[string, Headers, string[], string]>([
  [
    'nothing is allowed',
    bob,
    [],
    `pods is forbidden: ${who} cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope`,
  ],
  [
    'only the verb is',
    bob,
    ON.slice(0, 1),
    `users.${A} "bob" is forbidden: ${who} cannot impersonate:user-info resource "users" in API group "${A}" at the cluster scope`,
  ],
  [
    'system:masters is not a group for constrained impersonation',
    { ...bob, 'impersonate-group': 'system:masters' },
    [...ON, `impersonate:user-info ${A}/groups system:masters`],
    `groups.${A} "system:masters" is forbidden: ${who} cannot impersonate:user-info resource "groups" in API group "${A}" at the cluster scope: ` +
      'impersonating the system:masters group is not allowed',
  ],
  [
    'a key of extra values without a domain',
    { ...bob, 'impersonate-extra-scopes': 'x' },
    [...ON, `impersonate:user-info ${A}/userextras/scopes x`],
    `userextras.${A} is forbidden: ${who} cannot impersonate:user-info resource "userextras" in API group "${A}" at the cluster scope: ` +
      'impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'another node than the own one',
    { 'impersonate-user': 'system:node:other' },
    ['impersonate-on:associated-node:list pods', `impersonate:associated-node ${A}/nodes *`],
    `pods is forbidden: ${who} cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" at the cluster scope`,
  ],
])('refused: %s', async (_, headers, allowed, message) => {
  expect((await attempt(headers, ...allowed)).user).toBe(message);
});

test('the account of a node is asked about without the node', async () => {
  const users: unknown[] = [];
  const seeing: AuthorizerLink = {
    authorize({ user, verb }) {
      users.push([verb, user.extra]);
      return { decision: 'allow' };
    },
  };
  await impersonate(request, worker, [seeing]);
  const extra = { 'authentication.kubernetes.io/associated-node-keys': ['authentication.kubernetes.io/node-name'] };
  expect(users).toEqual([
    ['impersonate-on:associated-node:list', extra],
    ['impersonate:associated-node', extra],
  ]);
});
