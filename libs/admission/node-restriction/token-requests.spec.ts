import type { AdmissionAttributes } from '#apiserver';
import { cluster, pod, post } from '../test-cluster.js';
import { nodeRestriction } from './node-restriction.js';

const NODE = { name: 'system:node:n', groups: ['system:nodes'] };
const PODS = '/api/v1/namespaces/ns/pods';

const mounting = (audience: string | undefined) => ({
  nodeName: 'n',
  volumes: [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token', ...(audience && { audience }) } }] } }],
});

async function made() {
  const standing = await cluster();
  const uids = new Map<string, string>();
  const add = async (name: string, spec: Record<string, unknown>) => {
    const { body } = await post(standing, PODS, pod(name, spec));
    uids.set(name, (body as { metadata: { uid: string } }).metadata.uid);
  };
  await add('mine', mounting('vault'));
  await add('plain', mounting(undefined));
  await add('csi', { nodeName: 'n', volumes: [{ name: 'v', csi: { driver: 'd' } }] });
  await add('other', { ...mounting('vault'), nodeName: 'm' });
  await post(standing, '/apis/storage.k8s.io/v1/csidrivers', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'd' },
    spec: { tokenRequests: [{ audience: 'storage' }] },
  });
  return { ...standing, uids };
}

type Asked = { pod?: string; uid?: string; kind?: string; audiences?: string[]; groups?: string[] };

const refusal = (reason: string) => `serviceaccounts "default" is forbidden: ${reason}`;
const unneeded = (audience: string) =>
  refusal(`audience "${audience}" not found in pod spec volume, system:node:n is not authorized to request tokens for this audience`);

describe('tokens for nodes', () => {
  let standing: Awaited<ReturnType<typeof made>>;
  beforeAll(async () => {
    standing = await made();
  });

  it.each<[string, Asked, string | undefined]>([
    ['for a pod that mounts it', { pod: 'mine', audiences: ['vault'] }, undefined],
    ['without an audience, as mounted', { pod: 'plain' }, undefined],
    ['for a CSI driver', { pod: 'csi', audiences: ['storage'] }, undefined],
    ['for any audience, if authorized', { pod: 'mine', audiences: ['x'], groups: ['system:masters'] }, undefined],
    ['for no pod', {}, refusal('node requested token not bound to a pod')],
    ['for a Secret', { pod: 'mine', kind: 'Secret' }, refusal('node requested token not bound to a pod')],
    ['without the uid', { pod: 'mine', uid: '' }, refusal('node requested token with a pod binding without a uid')],
    ['for a pod that does not exist', { pod: 'missing', uid: 'u' }, 'pod "missing" not found'],
    [
      'for an earlier pod',
      { pod: 'mine', uid: 'u' },
      refusal(
        'the UID in the bound object reference (u) does not match the UID in record. The object might have been deleted and then recreated',
      ),
    ],
    ['for a pod of another node', { pod: 'other' }, refusal('node requested token bound to a pod scheduled on a different node')],
    ['for two audiences', { pod: 'mine', audiences: ['vault', 'x'] }, refusal('node may only request 0 or 1 audiences')],
    ['for another audience', { pod: 'mine', audiences: ['x'] }, unneeded('x')],
    ['for another audience than the driver needs', { pod: 'csi', audiences: ['vault'] }, unneeded('vault')],
  ])('%s', async (_, { pod: name, uid, kind = 'Pod', audiences, groups = [] }, expected) => {
    const boundObjectRef = name && { apiVersion: 'v1', kind, name, uid: uid ?? standing.uids.get(name) ?? '' };
    const object = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: { name: 'default' } };
    const asked = { operation: 'CREATE', group: '', version: 'v1', resource: 'serviceaccounts', subresource: 'token', namespace: 'ns' };
    const attributes = {
      ...asked,
      kind: 'TokenRequest',
      name: 'default',
      user: { ...NODE, groups: [...NODE.groups, ...groups] },
      object: { ...object, spec: { boundObjectRef, audiences } },
    } as unknown as AdmissionAttributes;
    const { reader, clock, random, access: authorizer } = standing.server.cluster;
    const ctx = { reader, clock, random, authorizer } as Parameters<NonNullable<typeof nodeRestriction.admit>>[1];
    const message = await Promise.resolve(nodeRestriction.admit?.(attributes, ctx)).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(message).toBe(expected);
  });
});
