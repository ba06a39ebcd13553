import type { Issued } from '#pki';

/** How a kubeconfig's user authenticates. */
export type Credential = { token: string } | Issued;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const credential = (user: Credential): string[] =>
  'token' in user
    ? [`    token: ${user.token}`]
    : [`    client-certificate-data: ${base64(user.certificate)}`, `    client-key-data: ${base64(user.key)}`];

/**
 * A kubeconfig (client-go tools/clientcmd/api/v1) with one cluster, user and context, all named after the cluster. `server` is the
 * cluster's URL, `ca` the CA of its server certificate in PEM, if it is none that
 * systems know. The user has a token or a client certificate.
 */
export function kubeconfig({ name, server, ca, user }: { name: string; server: string; ca: string | undefined; user: Credential }): string {
  const context = `orrery-${name}`;
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `- name: ${context}`,
    '  cluster:',
    ...(ca === undefined ? [] : [`    certificate-authority-data: ${base64(ca)}`]),
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
    ...credential(user),
    '',
  ].join('\n');
}
