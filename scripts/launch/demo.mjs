// The demo organization and cluster, created through the public REST API.
import fs from 'node:fs';
import { StartError } from './start-error.mjs';

async function expected(answer, ...statuses) {
  const { status, text } = await answer;
  if (!statuses.includes(status)) throw new StartError(`making the demo cluster failed: ${status} ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : undefined;
}

async function ensureCluster(rest) {
  const { items: organizations } = await expected(rest('GET', '/platform/v1/organizations'), 200);
  const organization =
    organizations.find((o) => o.name === 'demo') ?? (await expected(rest('POST', '/platform/v1/organizations', { name: 'demo' }), 201));
  const { items: clusters } = await expected(rest('GET', `/platform/v1/clusters?organization=${organization.id}`), 200);
  const found = clusters.find((c) => c.name === 'demo');
  if (found) return { cluster: found, made: false };
  return {
    cluster: await expected(
      rest('POST', '/platform/v1/clusters', { name: 'demo', organization: organization.id, storage: 'local-path' }),
      201,
    ),
    made: true,
  };
}

/** Creates the organization and the cluster `demo` if they do not exist, and writes the kubeconfig. Returns whether they were created. */
export async function ensureDemo(rest, kubeconfigFile) {
  const { cluster, made } = await ensureCluster(rest);
  const { status, text } = await rest('GET', `/platform/v1/clusters/${cluster.id}/kubeconfig`);
  if (status !== 200) throw new StartError(`fetching the demo kubeconfig failed: ${status} ${text.slice(0, 300)}`);
  if (!fs.existsSync(kubeconfigFile) || fs.readFileSync(kubeconfigFile, 'utf8') !== text) {
    fs.writeFileSync(kubeconfigFile, text, { mode: 0o600 });
  }
  return made;
}
