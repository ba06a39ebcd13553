import { ConfigMap } from '#api';
import { StatusError } from '#apimachinery';
import type { Client } from '#client';

const PLACE = { name: 'extension-apiserver-authentication', namespace: 'kube-system' } as const;
const ENTRY = 'client-ca-file';

/**
 * Tells extension API servers which CA the API server accepts client certificates of (pkg/controlplane/controller/
 * clusterauthenticationtrust). A tenant may have made the ConfigMap unchangeable: then it stays as it is.
 */
export async function publishClientAuthority(client: Client, certificate: string): Promise<void> {
  const { name, namespace } = PLACE;
  try {
    const { data } = await client.get(ConfigMap, name, namespace);
    if (data?.[ENTRY] === certificate) return;
    await client.patch(ConfigMap, name, namespace, 'merge', { data: { [ENTRY]: certificate } });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
}
