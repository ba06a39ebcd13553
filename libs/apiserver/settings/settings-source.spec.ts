import { X509Certificate } from 'node:crypto';
import { issueCertificate, newAuthority } from '#pki';
import type { AdmissionPlugin } from '../admission/admission.js';
import { type TestCluster, testCluster } from '../test-cluster.js';
import { CONTROL_PLANE_KEY, controlPlaneText } from './control-plane-nodes.js';
import { StartFailure } from './flags.js';
import { manifestPod } from './manifest-source.js';
import { fileKey, fileText, MANIFEST } from './node-files.js';

const refusing: AdmissionPlugin = {
  name: 'Refusing',
  operations: ['CREATE'],
  defaultOff: true,
  validate() {
    throw new Error('refused');
  },
};
const user = { name: 'u', groups: ['system:authenticated'] };
const cause = { requestId: 'r', user: 'u' };

/** Writes the manifest with these flags, as the host of the node does. */
const write = (cluster: TestCluster, ...flags: string[]): Promise<void> => writeOn('control-plane', cluster, ...flags);

async function writeOn(node: string, { storage }: TestCluster, ...flags: string[]): Promise<void> {
  const manifest = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ command: ['kube-apiserver', ...flags] }] } };
  const key = fileKey(node, MANIFEST);
  const [standing] = await storage.get([key]);
  const value = fileText(MANIFEST, JSON.stringify(manifest));
  const base = { key, value, cause, at: 0 };
  await storage.write([standing ? { type: 'update', ...base, expected: standing.modRevision } : { type: 'create', ...base }]);
}

const pods = async ({ call }: TestCluster, as: typeof user | null = user) => (await call('GET', '/api/v1/pods', { user: as })).status;
const create = async ({ call }: TestCluster) => {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'n-' } };
  return (await call('POST', '/api/v1/namespaces', { body })).status;
};

test.each<[string, string, string]>([
  ['no YAML', 'a: b: c', 'yaml: mapping values are not allowed in this context'],
  ['no pod', '{}', 'it contains no pod'],
  ['a pod without containers', '{"kind":"Pod","spec":{"containers":[]}}', 'it contains no pod'],
  ['much text', `{"kind":"Pod","spec":{"containers":[{}]},"a":"${'x'.repeat(70_000)}"}`, 'the read limit is reached'],
])('a manifest that is %s runs nothing', (_name, text, trouble) => {
  expect(() => manifestPod(text, '/etc/x.yaml')).toThrow(new StartFailure(`could not process manifest file "/etc/x.yaml": ${trouble}`));
});

test('a cluster without a manifest of its own has the flags of kubeadm', async () => {
  const made = await testCluster({ admission: [refusing] });
  expect([await pods(made), await pods(made, null), await create(made), made.server.settings.failure()]).toEqual([
    403,
    403,
    201,
    undefined,
  ]);
});

test.each<[string, string[], unknown[]]>([
  ['AlwaysAllow, and so no anonymous requests', ['--authorization-mode=AlwaysAllow'], [200, 401, 201]],
  ['AlwaysDeny', ['--authorization-mode=AlwaysDeny'], [403, 403, 201]],
  ['no anonymous requests', ['--authorization-mode=RBAC', '--anonymous-auth=false'], [403, 401, 201]],
  ['another plugin', ['--authorization-mode=RBAC', '--enable-admission-plugins=Refusing'], [403, 403, 500]],
  ['a wrong flag', ['--wrong'], [503, 503, 503]],
])('%s', async (_, flags, want) => {
  const made = await testCluster({ admission: [refusing] });
  await write(made, ...flags);
  expect([await pods(made), await pods(made, null), await create(made)]).toEqual(want);
});

test('the control plane runs on the nodes of its row: the first of them counts on which the server is up', async () => {
  const made = await testCluster({ admission: [refusing] });
  const value = controlPlaneText(['controlplane', 'second']) ?? '';
  await made.storage.write([{ type: 'create', key: CONTROL_PLANE_KEY, value, cause, at: 0 }]);
  const answers = async (node: string, ...flags: string[]) => {
    await writeOn(node, made, ...flags);
    await made.store.tick(await made.storage.revision());
    return [await pods(made), made.server.settings.failure()];
  };
  expect(await answers('control-plane', '--wrong')).toEqual([503, `there is no file ${MANIFEST}`]);
  expect(await answers('second', '--authorization-mode=AlwaysAllow')).toEqual([200, undefined]);
  expect(await answers('controlplane', '--wrong')).toEqual([200, undefined]);
  expect(await answers('second', '--other')).toEqual([503, 'Error: unknown flag: --wrong']);
  expect(await answers('controlplane', '--authorization-mode=AlwaysDeny')).toEqual([403, undefined]);
});

test.each<[string[], string, string]>([
  [['--client-ca-file=/etc/kubernetes/pki/ca.crt', '--enable-bootstrap-token-auth=true'], 'jane', 'system:bootstrap:abcdef'],
  [['--enable-bootstrap-token-auth'], 'system:anonymous', 'system:bootstrap:abcdef'],
  [['--client-ca-file=/etc/kubernetes/pki/ca.crt'], 'jane', 'Unauthorized'],
  [['--client-ca-file='], 'system:anonymous', 'Unauthorized'],
])('credentials with %j', async (flags, byCertificate, byToken) => {
  const authority = await newAuthority({ commonName: 'kubernetes', notBefore: 0, notAfter: Date.UTC(2030) });
  const made = await testCluster({ clientAuthority: async () => authority.certificate });
  await made.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } } });
  const stringData = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' };
  const data = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  const secret = { apiVersion: 'v1', kind: 'Secret', type: 'bootstrap.kubernetes.io/token', metadata: { name: 'bootstrap-token-abcdef' } };
  await made.call('POST', '/api/v1/namespaces/kube-system/secrets', { body: { ...secret, data } });
  await write(made, '--authorization-mode=Node,RBAC', ...flags);
  const jane = { commonName: 'jane', notBefore: 0, notAfter: Date.UTC(2030), usage: 'clientAuth' } as const;
  const certificate = new X509Certificate((await issueCertificate(authority, jane)).certificate);
  const who = (request: Parameters<typeof made.server.authenticate>[0]) =>
    made.server.authenticate(request).then(
      ({ name }) => name,
      (error: Error) => error.message,
    );
  const headers = { authorization: 'Bearer abcdef.0123456789abcdef' };
  expect([await who({ headers: {}, certificate }), await who({ headers })]).toEqual([byCertificate, byToken]);
});

test('every process follows the file, and a server that was down comes back', async () => {
  const made = await testCluster({ admission: [refusing] });
  const other = await testCluster({ admission: [refusing], storage: made.storage });
  const both = async () => {
    for (const { server } of [made, other]) await server.cluster.reader.refresh();
    return [await pods(made), await pods(other)];
  };
  expect(await both()).toEqual([403, 403]);
  await write(made, '--authorization-mode=AlwaysAllow');
  expect(await both()).toEqual([200, 200]);
  await write(made, '--authorization-mode=Nonsense');
  expect(await both()).toEqual([503, 503]);
  expect(other.server.settings.failure()).toBe('"command failed" err="authorization-mode \\"Nonsense\\" is not a valid mode"');
  const answer = await made.call('GET', '/api/v1/pods');
  expect(answer.body).toMatchObject({ reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' });
  await write(made, '--authorization-mode=Node,RBAC');
  expect(await both()).toEqual([403, 403]);
});

test('clusters with the same manifest share what it says', async () => {
  const admission = [refusing];
  const [a, b] = [await testCluster({ admission }), await testCluster({ admission })];
  for (const made of [a, b]) await write(made, '--authorization-mode=RBAC', '--anonymous-auth=false');
  for (const made of [a, b]) await pods(made);
  expect(a.server.settings.current()).toBe(b.server.settings.current());
});
