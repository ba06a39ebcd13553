import { ETCD_VERSION, etcdMetrics } from './etcd-metrics.js';
import type { ImageDefinition } from './image.js';
import { exit, type HttpAnswer, type HttpRequest, type ProgramView, pathOf, plain, serve, tcp } from './program.js';
import { tags } from './tags.js';

/** What a member answers where it tells its metrics and its health (etcdserver/api/etcdhttp). */
function told(request: HttpRequest, { node = '', etcd: access, startedAt }: ProgramView): HttpAnswer {
  const figures = access?.figures();
  const path = pathOf(request);
  if (path === '/metrics' && figures) {
    const answer = plain(etcdMetrics(node, figures, startedAt));
    return { ...answer, headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' } };
  }
  const isHealthy = figures === undefined || figures.members.find(({ name }) => name === node)?.leader !== undefined;
  if (path === '/health') {
    const health = isHealthy ? { health: 'true', reason: '' } : { health: 'false', reason: 'RAFT NO LEADER' };
    return { status: isHealthy ? 200 : 503, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(health) };
  }
  if (path === '/version') return { ...plain(VERSIONS), headers: { 'Content-Type': 'application/json' } };
  if (path === '/livez') return plain('ok\n');
  if (path === '/readyz')
    return isHealthy
      ? plain('ok\n')
      : plain('[+]data_corruption ok\n[+]serializable_read ok\n[-]linearizable_read failed: etcdserver: no leader\n', 503);
  return plain('404 page not found\n', 404);
}

const VERSIONS = JSON.stringify({
  etcdserver: ETCD_VERSION,
  etcdcluster: ETCD_VERSION.replace(/\d+$/, '0'),
  storage: ETCD_VERSION.replace(/\d+$/, '0'),
});

/** The store of a real cluster. */
export const etcd: ImageDefinition = {
  repositories: ['registry.k8s.io/etcd', 'quay.io/coreos/etcd', 'k8s.gcr.io/etcd'],
  tags: tags({ versions: { 3: [3, 6] } }),
  size: 22_871_747,
  entrypoint: ['etcd'],
  executables: {
    etcd: () => serve([tcp(2379), tcp(2380), { port: 2381, protocol: 'http', status: () => 200, answer: told }]),
    etcdctl: () => exit(0),
    etcdutl: () => exit(0),
  },
};
