/** Names that are always in the server certificate: this machine's, and the ones by which pods reach the API. */
const fixed = [
  '127.0.0.1',
  '::1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '10.96.0.1',
];

/** All names of the server certificate: the fixed ones, the listening address (unless it is a wildcard), and the configured ones. */
export function serverNames(listenHost: string, configured: readonly string[]): string[] {
  const everywhere = ['0.0.0.0', '::', ''];
  return [...new Set([...fixed, ...(everywhere.includes(listenHost) ? [] : [listenHost]), ...configured])];
}
