/**
 * A kubeconfig (client-go tools/clientcmd/api/v1) with one cluster, user and context, all named after the cluster. `server` is the
 * cluster's URL, `ca` its CA in PEM.
 */
export function kubeconfig({ name, server, ca, token }: { name: string; server: string; ca: string; token: string }): string {
  const context = `orrery-${name}`;
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `- name: ${context}`,
    '  cluster:',
    `    certificate-authority-data: ${Buffer.from(ca).toString('base64')}`,
    `    server: ${server}`,
    'contexts:',
    `- name: ${context}`,
    '  context:',
    `    cluster: ${context}`,
    `    user: ${context}`,
    `current-context: ${context}`,
    'preferences: {}',
    'users:',
    `- name: ${context}`,
    '  user:',
    `    token: ${token}`,
    '',
  ].join('\n');
}
