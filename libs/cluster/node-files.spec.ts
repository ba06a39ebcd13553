import { parse, stringify } from 'yaml';
import { ConfigMap, type corev1, Pod } from '#api';
import { MANIFEST } from '#apiserver';
import { createLocalCluster, type LocalClusterOptions } from './local.js';
import { FileRefused, NodeFiles } from './node-files.js';

const SERVER = 'kube-apiserver-control-plane';

async function cluster(options: LocalClusterOptions = {}) {
  const made = await createLocalCluster(options);
  const files = new NodeFiles(made.api);
  /** Changes the command line of the manifest. */
  const edit = async (change: (command: string[]) => string[]) => {
    const pod: corev1.Pod = parse((await files.read(MANIFEST)) ?? '');
    const [container] = pod.spec.containers;
    if (container) container.command = change(container.command ?? []);
    await files.write(MANIFEST, stringify(pod));
  };
  return { ...made, files, edit };
}

const pod: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx', imagePullPolicy: 'Never' }] },
};
const flag = (name: string, value: string) => (command: string[]) =>
  command.map((word) => (word.startsWith(`--${name}=`) ? `--${name}=${value}` : word));

test('the manifest is that of the static pod until it is written; the API server acts by what is written, and the node shows it', async () => {
  const { client, settle, files, edit, close } = await cluster();
  const before = await client.get(Pod, SERVER, 'kube-system');
  const manifest: corev1.Pod = parse((await files.read(MANIFEST)) ?? '');
  expect(manifest.spec.containers[0]?.command).toEqual(before.spec.containers[0]?.command);
  await edit(flag('enable-admission-plugins', 'NodeRestriction,AlwaysPullImages'));
  await settle();
  const { spec } = await client.create(Pod, pod);
  expect(spec.containers[0]?.imagePullPolicy).toBe('Always');
  const after = await client.get(Pod, SERVER, 'kube-system');
  expect(after.spec.containers[0]?.command).toContain('--enable-admission-plugins=NodeRestriction,AlwaysPullImages');
  expect([after.status?.phase, after.metadata.uid === before.metadata.uid]).toEqual(['Running', false]);
  expect(after.metadata.annotations).toEqual({
    ...before.metadata.annotations,
    'kubernetes.io/config.hash': expect.stringMatching(/^[0-9a-f]{32}$/),
    'kubernetes.io/config.mirror': after.metadata.annotations?.['kubernetes.io/config.hash'],
    'kubernetes.io/config.seen': expect.anything(),
  });
  close();
});

test('with a manifest that no server starts with the cluster is not reachable until it is put right', async () => {
  const { client, settle, files, edit, close } = await cluster();
  await edit((command) => [...command, '--this-is-very-wrong']);
  await expect(client.list(ConfigMap)).rejects.toThrow('the server is currently unable to handle the request');
  expect(await files.failure()).toBe('Error: unknown flag: --this-is-very-wrong');
  await files.write(MANIFEST, 'kind: [');
  expect(await files.failure()).toMatch(/^could not process manifest file/);
  expect(await files.remove(MANIFEST)).toBe(true);
  expect([await files.failure(), await files.remove(MANIFEST)]).toEqual([undefined, false]);
  await settle();
  const { status, spec } = await client.get(Pod, SERVER, 'kube-system');
  expect([status?.phase, spec.containers[0]?.command?.includes('--this-is-very-wrong')]).toEqual(['Running', false]);
  close();
});

test('the file of the admission configuration is followed, too', async () => {
  const { client, files, edit, close } = await cluster();
  const path = '/etc/kubernetes/admission/quota.yaml';
  await edit((command) => [...command, `--admission-control-config-file=${path}`]);
  expect(await files.failure()).toBe(
    `failed to read plugin config: unable to read admission control configuration from "${path}" [open ${path}: no such file or directory]`,
  );
  const configuration = (resource: string) => ({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: [{ name: 'ResourceQuota', configuration: { limitedResources: [{ resource, matchContains: ['pods'] }] } }],
  });
  await files.write(path, stringify(configuration('pods')));
  expect(await files.failure()).toBeUndefined();
  await expect(client.create(Pod, pod)).rejects.toThrow('pods "p" is forbidden: insufficient quota to consume: count/pods,pods');
  await files.write(path, stringify(configuration('services')));
  await client.create(Pod, pod);
  close();
});

test.each([
  ['/etc/passwd', 'only files below /etc/kubernetes are kept'],
  ['/etc/kubernetes/../passwd', 'not a path'],
  ['/etc/kubernetes//a', 'not a path'],
  [`/etc/kubernetes/${'a'.repeat(255)}`, 'only files below /etc/kubernetes are kept'],
])('a file %s is refused', async (path, message) => {
  const { files, close } = await cluster();
  await expect(files.write(path, '')).rejects.toThrow(new FileRefused(message));
  expect(await files.read(path)).toBeUndefined();
  close();
});
