import type { rbacv1 } from '#api';
import type { UserInfo } from '../../rest/strategy.js';
import { testCluster } from '../../test-cluster.js';
import { asked } from '../test-attributes.js';
import { explainAccess, type NearMiss } from './explain.js';
import { verdictOf } from './near-miss.js';
import { leastRule } from './suggestion.js';

const GROUP = 'rbac.authorization.k8s.io';
const rule = (more: Partial<rbacv1.PolicyRule> = {}): rbacv1.PolicyRule => ({
  verbs: ['get'],
  apiGroups: [''],
  resources: ['pods'],
  ...more,
});

describe('verdictOf', () => {
  it.each<[string, rbacv1.PolicyRule, string | undefined]>([
    ['another verb', rule({ verbs: ['list', 'watch'] }), 'verb'],
    ['another group', rule({ apiGroups: ['apps'] }), 'apiGroup'],
    ['another resource', rule({ resources: ['services'] }), 'resource'],
    ['another name', rule({ resourceNames: ['y'] }), 'name'],
    ['two differences', rule({ verbs: ['list'], resources: ['services'] }), undefined],
    ['a rule about paths', { verbs: ['list'], nonResourceURLs: ['/x'] }, undefined],
  ])('%s', (_, given, missing) => {
    expect(verdictOf([given], asked('u'))).toEqual(missing ? { near: { rule: given, missing } } : {});
  });

  it('the nearest of several rules, unless one allows', () => {
    const rules = [rule({ apiGroups: ['apps'] }), rule({ verbs: ['list'] }), rule({ resourceNames: ['y'] })];
    expect(verdictOf(rules, asked('u'))).toEqual({ near: { rule: rules[1], missing: 'verb' } });
    expect(verdictOf([...rules, rule()], asked('u'))).toEqual({ allows: rule() });
    const path = { verbs: ['get'], nonResourceURLs: ['/healthz'] };
    expect(verdictOf([path], asked('u', { isResource: false, path: '/metrics' }))).toEqual({ near: { rule: path, missing: 'path' } });
  });
});

describe('leastRule', () => {
  it.each<[Parameters<typeof asked>[1], rbacv1.PolicyRule]>([
    [{}, rule({ resourceNames: ['x'] })],
    [{ verb: 'create', name: '' }, rule({ verbs: ['create'] })],
    [{ verb: 'create', name: 'x' }, rule({ verbs: ['create'] })],
    [{ verb: 'create', subresource: 'exec' }, rule({ verbs: ['create'], resources: ['pods/exec'], resourceNames: ['x'] })],
    [{ group: 'apps', resource: 'deployments', name: '' }, rule({ apiGroups: ['apps'], resources: ['deployments'] })],
    [
      { isResource: false, path: '/metrics' },
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
    ],
  ])('%j', (more, expected) => expect(leastRule(asked('u', more))).toEqual(expected));
});

/** A cluster with the given roles, and bindings as `name: [kind of role, role, subject, namespace]`. */
async function cluster(
  roles: Record<string, rbacv1.PolicyRule[]>,
  bindings: Record<string, [role: string, subject: string, namespace?: string]>,
) {
  const made = await testCluster();
  const write = async (path: string, body: object) => {
    const { status, text } = await made.call('POST', `/apis/${GROUP}/v1${path}`, { body: { apiVersion: `${GROUP}/v1`, ...body } });
    if (status !== 201) throw new Error(text);
  };
  for (const name of ['ns', 'other'])
    await made.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
  for (const [name, rules] of Object.entries(roles)) await write('/clusterroles', { kind: 'ClusterRole', metadata: { name }, rules });
  for (const [name, [role, subject, namespace]] of Object.entries(bindings)) {
    const [kind, who] = subject.split(':');
    await write(namespace ? `/namespaces/${namespace}/rolebindings` : '/clusterrolebindings', {
      kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
      subjects: [{ kind, apiGroup: GROUP, name: who }],
    });
  }
  return made;
}

const JANE: UserInfo = { name: 'jane', groups: ['devs', 'system:authenticated'] };
const question = (more: object = {}) => ({
  user: JANE,
  verb: 'get',
  resource: { group: '', version: '*', resource: 'pods', subresource: '', namespace: 'ns', name: 'x', ...more },
});
const shownMiss = ({ missing, binding: { kind, name, namespace } }: NearMiss) =>
  `${missing}: ${kind} ${namespace ? `${namespace}/` : ''}${name}`;

describe('explainAccess', () => {
  const roles = {
    reader: [rule()],
    lister: [rule({ verbs: ['list'] })],
    named: [rule({ resourceNames: ['y'] })],
    services: [rule({ resources: ['services'] })],
  };

  it('a refusal: what nearly allows it, nearest first, and what would', async () => {
    const { server } = await cluster(roles, {
      'lists-all': ['lister', 'Group:devs'],
      'other-namespace': ['reader', 'User:jane', 'other'],
      'another-user': ['reader', 'User:joe', 'ns'],
      'no-role': ['missing', 'User:jane', 'ns'],
      'one-name': ['named', 'User:jane', 'ns'],
      'of-services': ['services', 'User:jane', 'ns'],
      unrelated: ['reader', 'User:joe', 'other'],
    });
    const found = await explainAccess(server, question());
    expect(found.nearMisses.map(shownMiss)).toEqual([
      'verb: ClusterRoleBinding lists-all',
      'name: RoleBinding ns/one-name',
      'namespace: RoleBinding other/other-namespace',
      'subject: RoleBinding ns/another-user',
      'resource: RoleBinding ns/of-services',
      'role: RoleBinding ns/no-role',
    ]);
    const { nearMisses: _, applying, ...rest } = found;
    expect(applying.map(({ name }) => name)).toEqual(['lists-all', 'no-role', 'of-services', 'one-name']);
    const metadata = { name: 'allow-request', namespace: 'ns' };
    expect(rest).toEqual({
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "missing" not found',
      looked: { clusterRoleBindings: 1, roleBindings: 6, complete: true },
      suggestion: {
        rule: rule({ resourceNames: ['x'] }),
        role: { apiVersion: `${GROUP}/v1`, kind: 'Role', metadata, rules: [rule({ resourceNames: ['x'] })] },
        binding: {
          apiVersion: `${GROUP}/v1`,
          kind: 'RoleBinding',
          metadata,
          roleRef: { apiGroup: GROUP, kind: 'Role', name: 'allow-request' },
          subjects: [{ kind: 'User', apiGroup: GROUP, name: 'jane' }],
        },
      },
    });
  });

  it('what is suggested allows the request, and nothing that is nearly the same', async () => {
    const { server, call } = await cluster({}, {});
    const account = { ...JANE, name: 'system:serviceaccount:ns:robot' };
    const asking = { ...question(), user: account };
    const { suggestion } = await explainAccess(server, asking);
    const path = `/apis/${GROUP}/v1/namespaces/ns`;
    expect((await call('POST', `${path}/roles`, { body: suggestion?.role })).status).toBe(201);
    expect((await call('POST', `${path}/rolebindings`, { body: suggestion?.binding })).status).toBe(201);
    const now = await explainAccess(server, asking);
    expect([now.allowed, now.allowedBy?.binding.name, now.allowedBy?.rule, now.suggestion]).toEqual([
      true,
      'allow-request',
      suggestion?.rule,
      undefined,
    ]);
    const others = [question({ name: 'y' }), question({ namespace: 'other' }), question({ resource: 'secrets' }), question()];
    const answers = others.map((other, index) => explainAccess(server, { ...other, user: index === 3 ? JANE : account }));
    expect((await Promise.all(answers)).map(({ allowed }) => allowed)).toEqual([false, false, false, false]);
  });

  it('a request that another authorizer allows has no binding', async () => {
    const { server } = await cluster(roles, {});
    const found = await explainAccess(server, { ...question(), user: { name: 'root', groups: ['system:masters'] } });
    expect(found).toEqual({
      allowed: true,
      looked: { clusterRoleBindings: 0, roleBindings: 0, complete: true },
      applying: [],
      nearMisses: [],
    });
  });

  it('of many bindings only the first are looked at, and the lists are short', async () => {
    const { server, store } = await cluster(roles, {});
    const binding = (index: number) => ({
      apiVersion: `${GROUP}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: `b${index}`, uid: String(index) },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'User', apiGroup: GROUP, name: 'joe' }],
    });
    const cause = { requestId: 'r', user: 'u', verb: 'create' };
    const ops = Array.from({ length: 10_050 }, (_, index) => ({
      type: 'create' as const,
      key: `/registry/clusterrolebindings/b${index}`,
      value: JSON.stringify(binding(index)),
      cause,
      at: 0,
    }));
    for (let at = 0; at < ops.length; at += 500) await store.write(ops.slice(at, at + 500));
    const found = await explainAccess(server, question());
    expect([found.looked, found.nearMisses.length]).toEqual([{ clusterRoleBindings: 10_000, roleBindings: 0, complete: false }, 20]);
  });
});
