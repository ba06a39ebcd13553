import type { EtcdFigures } from '../runtime/etcd-access.js';
import { etcdMetrics } from './etcd-metrics.js';

const figures: EtcdFigures = {
  members: [
    { id: 'a000000000000001', name: 'cp-1', role: 'leader', term: 3, leader: 0 },
    { id: 'a000000000000002', name: 'cp-2', role: 'follower', term: 3, leader: 0 },
    { id: 'a000000000000003', name: 'cp-3', role: 'learner', term: 3, leader: 0 },
    { id: 'a000000000000004', name: 'cp-4', role: 'preCandidate', term: 3 },
  ],
  revision: 42,
  objects: 7,
  bytes: 1_000,
  leaderChanges: 2,
};

const valuesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );

it('a member tells all that is known of it', () => {
  expect(valuesOf(etcdMetrics('cp-1', figures, 5_500))).toEqual({
    'etcd_cluster_version{cluster_version="3.6"}': '1',
    etcd_debugging_mvcc_current_revision: '42',
    etcd_debugging_mvcc_keys_total: '7',
    etcd_mvcc_db_total_size_in_bytes: '1000',
    etcd_mvcc_db_total_size_in_use_in_bytes: '1000',
    etcd_server_has_leader: '1',
    'etcd_server_id{server_id="a000000000000001"}': '1',
    etcd_server_is_leader: '1',
    etcd_server_is_learner: '0',
    etcd_server_leader_changes_seen_total: '2',
    etcd_server_proposals_applied_total: '42',
    etcd_server_proposals_committed_total: '42',
    etcd_server_quota_backend_bytes: '2147483648',
    'etcd_server_version{server_version="3.6.8"}': '1',
    process_start_time_seconds: '5.5',
  });
});

it.each([
  ['cp-1', '1', '1', '0'],
  ['cp-2', '1', '0', '0'],
  ['cp-3', '1', '0', '1'],
  ['cp-4', '0', '0', '0'],
  ['nobody', '0', '0', '0'],
])('%s knows a leader: %s, leads: %s, learns: %s', (name, has, leads, learns) => {
  const values = valuesOf(etcdMetrics(name, figures, 0));
  expect([values.etcd_server_has_leader, values.etcd_server_is_leader, values.etcd_server_is_learner]).toEqual([has, leads, learns]);
});

it('each metric is described before its value', () => {
  const lines = etcdMetrics('cp-1', figures, 0).split('\n').slice(0, 3);
  expect(lines).toEqual([
    '# HELP etcd_cluster_version Which version is running.',
    '# TYPE etcd_cluster_version gauge',
    'etcd_cluster_version{cluster_version="3.6"} 1',
  ]);
});
