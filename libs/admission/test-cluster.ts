import { fileKey, fileText, MANIFEST, type ResourceStrategy } from '#apiserver';
import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { admissionPlugins } from './index.js';

/** A pod that fits on no node, so that it stays as it was created. */
export const pod = (name: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], nodeSelector: { nope: 'x' }, ...spec },
});

const NO_STRATEGIES: readonly ResourceStrategy[] = [];

const CONFIGURATION = '/etc/kubernetes/admission.json';

/** Enables plugins and gives them a configuration, by the files of the control-plane node. */
async function enablePlugins({ storage }: TestCluster, { enable, configuration, flags = [] }: Enabled): Promise<void> {
  const command = [
    'kube-apiserver',
    '--authorization-mode=Node,RBAC',
    `--enable-admission-plugins=${['NodeRestriction', ...enable].join()}`,
    ...flags,
    ...(configuration ? [`--admission-control-config-file=${CONFIGURATION}`] : []),
  ];
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'kube-apiserver' }, spec: { containers: [{ command }] } };
  const plugins = enable.map((name) => {
    const [apiVersion, kind] = admissionPlugins.find((plugin) => plugin.name === name)?.configuration?.kinds[0] ?? [];
    return { name, configuration: configuration && { ...(kind ? { apiVersion, kind } : {}), ...configuration } };
  });
  const settings = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration', plugins };
  const cause = { requestId: 'spec', user: 'spec' };
  const files = [
    [MANIFEST, manifest],
    [CONFIGURATION, settings],
  ] as const;
  await storage.write(
    files.map(([path, content]) => {
      const value = fileText(path, JSON.stringify(content));
      return { type: 'create', key: fileKey('control-plane', path), value, cause, at: 0 };
    }),
  );
}

interface Enabled {
  enable: readonly string[];
  configuration?: Record<string, unknown>;
  flags?: readonly string[];
}

/** A cluster with the default plugins and those that are enabled, and a namespace `ns` that has a default service account. */
export async function cluster(strategies: readonly ResourceStrategy[] = NO_STRATEGIES, enabled?: Enabled): Promise<TestCluster> {
  const made = await testCluster({ admission: admissionPlugins, strategies });
  if (enabled) await enablePlugins(made, enabled);
  await made.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } } });
  await post(made, '/api/v1/namespaces/ns/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  return made;
}

/** POSTs an object as an administrator. */
export async function post({ call }: TestCluster, path: string, body: unknown) {
  const answer = await call('POST', path, { body });
  return {
    status: answer.status,
    body: answer.body as unknown as { metadata?: { finalizers?: string[] } },
    message: answer.body.message as unknown as string,
  };
}

/** POSTs a pod into `ns`. */
export const postPod = (made: TestCluster, body: unknown) => post(made, '/api/v1/namespaces/ns/pods', body);
export const specOf = (body: unknown) => (body as { spec: Record<string, unknown> }).spec;
