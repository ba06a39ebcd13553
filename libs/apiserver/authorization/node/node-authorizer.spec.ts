import { testCluster } from '../../test-cluster.js';

const NODE = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };

type Spec = Record<string, unknown>;

const bound = (spec: Spec) => ({ nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], ...spec });

/** A cluster with pods in the namespace ns: one on n1, one on n2, one on no node, a mirror pod on n1. */
async function cluster() {
  const made = await testCluster({ nodeRules: [{ verbs: ['create'], apiGroups: [''], resources: ['events'] }] });
  const write = async (path: string, body: Record<string, unknown>) => {
    const { status, text } = await made.call('POST', path, { body });
    if (status !== 201) throw new Error(text);
  };
  const pod = (name: string, spec: Spec, more: Spec = {}) =>
    write('/api/v1/namespaces/ns/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...more }, spec });
  await write('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  const from = (name: string) => [{ secretRef: { name: `${name}-secret` } }, { configMapRef: { name: `${name}-config` } }];
  const volumes = (name: string) => [
    { name: 'claim', persistentVolumeClaim: { claimName: `${name}-claim` } },
    { name: 'own', ephemeral: { volumeClaimTemplate: { spec: { accessModes: [], resources: {} } } } },
    { name: 'mounted', secret: { secretName: `${name}-mounted` } },
    { name: 'all', projected: { sources: [{ secret: { name: `${name}-projected` } }, { configMap: { name: `${name}-map` } }] } },
  ];
  const full = (name: string) => ({
    serviceAccountName: name,
    imagePullSecrets: [{ name: `${name}-pull` }],
    containers: [{ name: 'c', image: 'i', envFrom: from(name) }],
    volumes: volumes(name),
  });
  await pod('mine', bound(full('mine')));
  await pod('other', { ...bound(full('other')), nodeName: 'n2' });
  await pod('pending', { ...bound(full('pending')), nodeName: undefined });
  await pod('mirror', bound(full('mirror')), { annotations: { 'kubernetes.io/config.mirror': 'x' } });
  const volume = (name: string, claim: string) =>
    write('/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        claimRef: { namespace: 'ns', name: claim },
        csi: { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: { name: `${name}-stage`, namespace: 'vault' } },
      },
    });
  await volume('v-mine', 'mine-claim');
  await volume('v-other', 'other-claim');
  const decide = async (question: Spec) => {
    const resource = { group: '', version: 'v1', resource: '', subresource: '', namespace: 'ns', name: '', ...question };
    const { verb = 'get', ...asked } = resource as typeof resource & { verb?: string };
    const { allowed, reason } = await made.server.cluster.access.authorize({ user: NODE, verb, resource: asked });
    return allowed ? 'allowed' : (reason ?? 'no opinion');
  };
  return { ...made, decide };
}

const UNRELATED = "no relationship found between node 'n1' and this object";

describe('the node authorizer', () => {
  let decide: Awaited<ReturnType<typeof cluster>>['decide'];
  beforeAll(async () => {
    ({ decide } = await cluster());
  });

  it.each<[string, string, string]>([
    ['secrets', 'mine-secret', 'allowed'],
    ['secrets', 'mine-pull', 'allowed'],
    ['secrets', 'mine-mounted', 'allowed'],
    ['secrets', 'mine-projected', 'allowed'],
    ['configmaps', 'mine-config', 'allowed'],
    ['configmaps', 'mine-map', 'allowed'],
    ['persistentvolumeclaims', 'mine-claim', 'allowed'],
    ['persistentvolumeclaims', 'mine-own', 'allowed'],
    ['serviceaccounts', 'mine', 'allowed'],
    ['pods', 'mine', 'allowed'],
    ['pods', 'mirror', 'allowed'],
    ['secrets', 'mine-config', UNRELATED],
    ['secrets', 'other-secret', UNRELATED],
    ['secrets', 'pending-secret', UNRELATED],
    ['secrets', 'mirror-secret', UNRELATED],
    ['configmaps', 'other-config', UNRELATED],
    ['persistentvolumeclaims', 'other-own', UNRELATED],
    ['serviceaccounts', 'mirror', UNRELATED],
    ['pods', 'other', UNRELATED],
    ['pods', 'pending', UNRELATED],
    ['pods', 'missing', UNRELATED],
  ])('get %s %s: %s', async (resource, name, expected) => expect(await decide({ resource, name })).toBe(expected));

  it.each<[string, string, string]>([
    ['secrets', 'v-mine-stage', 'allowed'],
    ['secrets', 'v-other-stage', UNRELATED],
    ['persistentvolumes', 'v-mine', 'allowed'],
    ['persistentvolumes', 'v-other', UNRELATED],
    ['persistentvolumes', 'v-missing', UNRELATED],
  ])('get %s %s, which a volume leads to: %s', async (resource, name, expected) => {
    expect(await decide({ resource, name, namespace: resource === 'secrets' ? 'vault' : '' })).toBe(expected);
  });

  it.each<[Spec, string]>([
    [{ resource: 'secrets', verb: 'list' }, 'No Object name found'],
    [{ resource: 'secrets', verb: 'list', name: 'mine-secret' }, 'allowed'],
    [{ resource: 'secrets', verb: 'update', name: 'mine-secret' }, 'can only read resources of this type'],
    [{ resource: 'secrets', verb: 'get', name: 'mine-secret', subresource: 'x' }, 'cannot read subresource'],
    [{ resource: 'secrets', verb: 'get', name: 'mine-secret', namespace: '' }, 'can only read namespaced object of this type'],
    [{ resource: 'persistentvolumeclaims', verb: 'list' }, 'can only get individual resources of this type'],
    [{ resource: 'persistentvolumeclaims', subresource: 'x', name: 'mine-claim' }, 'cannot get subresource'],
    [{ resource: 'persistentvolumeclaims', subresource: 'status', verb: 'patch', name: 'mine-claim' }, 'allowed'],
    [{ resource: 'persistentvolumeclaims', subresource: 'status', name: 'mine-claim' }, 'can only get/update/patch this type'],
    [{ resource: 'serviceaccounts', subresource: 'token', verb: 'create', name: 'mine' }, 'allowed'],
    [{ resource: 'serviceaccounts', subresource: 'token', verb: 'create', name: 'other' }, UNRELATED],
    [{ resource: 'serviceaccounts', verb: 'list' }, 'can only create tokens for individual service accounts'],
    [{ resource: 'serviceaccounts', verb: 'create', name: 'x' }, 'can only create token subresource of serviceaccount'],
    [{ resource: 'nodes', name: 'n1', namespace: '' }, 'allowed'],
    [{ resource: 'nodes', name: 'n2', namespace: '' }, "node 'n1' cannot read 'n2', only its own Node object"],
    [{ resource: 'nodes', verb: 'list', namespace: '' }, "node 'n1' cannot read all nodes, only its own Node object"],
    [{ resource: 'nodes', verb: 'delete', name: 'n1', namespace: '' }, 'no opinion'],
    [{ resource: 'nodes', verb: 'patch', subresource: 'status', name: 'n1', namespace: '' }, 'allowed'],
    [{ resource: 'pods', verb: 'list' }, 'can only list/watch pods with spec.nodeName field selector'],
    [{ resource: 'pods', verb: 'list', namespace: '', fieldSelector: 'spec.nodeName=n1' }, 'allowed'],
    [
      { resource: 'pods', verb: 'watch', namespace: '', fieldSelector: 'spec.nodeName!=n1' },
      'can only list/watch pods with spec.nodeName field selector',
    ],
    [
      { resource: 'pods', verb: 'watch', fieldSelector: 'spec.nodeName=n2,status.phase=Running' },
      'can only list/watch pods with spec.nodeName field selector',
    ],
    [{ resource: 'pods', verb: 'watch', fieldSelector: 'a=\\' }, 'can only list/watch pods with spec.nodeName field selector'],
    [{ resource: 'pods', verb: 'watch', name: 'mine' }, 'allowed'],
    [{ resource: 'pods', verb: 'create', subresource: 'eviction', name: 'other' }, 'allowed'],
    [{ resource: 'pods', verb: 'get', subresource: 'log', name: 'mine' }, 'no opinion'],
    [{ group: 'coordination.k8s.io', resource: 'leases', name: 'n1', namespace: 'kube-node-lease' }, 'allowed'],
    [
      { group: 'coordination.k8s.io', resource: 'leases', name: 'n2', namespace: 'kube-node-lease' },
      'can only access node lease with the same name as the requesting node',
    ],
    [{ group: 'coordination.k8s.io', resource: 'leases', name: 'n1' }, 'can only access leases in the "kube-node-lease" system namespace'],
    [{ group: 'coordination.k8s.io', resource: 'leases', verb: 'list' }, 'can only get, create, update, patch, or delete a node lease'],
    [{ group: 'storage.k8s.io', resource: 'csinodes', verb: 'create', namespace: '' }, 'allowed'],
    [{ group: 'storage.k8s.io', resource: 'volumeattachments', name: 'x', namespace: '' }, UNRELATED],
    [
      { group: 'resource.k8s.io', resource: 'resourceslices', verb: 'list', namespace: '' },
      'can only list/watch/deletecollection resourceslices with nodeName field selector',
    ],
    [
      { group: 'resource.k8s.io', resource: 'resourceslices', verb: 'deletecollection', namespace: '', fieldSelector: 'spec.nodeName=n1' },
      'allowed',
    ],
    [
      { group: 'certificates.k8s.io', resource: 'podcertificaterequests', verb: 'patch', name: 'x' },
      'nodes may not patch podcertificaterequests',
    ],
    [{ resource: 'events', verb: 'create' }, 'allowed'],
    [{ resource: 'services', verb: 'list' }, 'no opinion'],
  ])('%j: %s', async (question, expected) => expect(await decide(question)).toBe(expected));

  it('a change of a pod changes what its node may read', async () => {
    const { decide: ask, call } = await cluster();
    const question = { resource: 'secrets', name: 'mine-secret' };
    expect(await ask(question)).toBe('allowed');
    await call('DELETE', '/api/v1/namespaces/ns/pods/mine?gracePeriodSeconds=0');
    expect(await ask(question)).toBe(UNRELATED);
  });

  it('a user of the group without the name of a node, and other users', async () => {
    const { server } = await cluster();
    const ask = async (name: string, groups: string[]) => {
      const resource = { group: '', version: 'v1', resource: 'events', subresource: '', namespace: 'ns', name: '' };
      return server.cluster.access.authorize({ user: { name, groups }, verb: 'create', resource });
    };
    expect(await ask('system:node:', ['system:nodes'])).toEqual({
      allowed: false,
      reason: 'unknown node for user "system:node:"',
    });
    expect(await ask('system:node:n1', [])).toEqual({ allowed: false });
    expect(await ask('n1', ['system:nodes'])).toEqual({ allowed: false });
  });

  it('its rules cannot be listed', async () => {
    const { server } = await cluster();
    expect(await server.cluster.access.rulesFor(NODE, 'ns')).toEqual({
      resourceRules: [],
      nonResourceRules: [],
      incomplete: true,
      evaluationError: 'node authorizer does not support user rule resolution',
    });
  });
});
