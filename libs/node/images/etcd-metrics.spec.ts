import type { EtcdFigures, EtcdMemberState } from '../runtime/etcd-access.js';
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

const BOUNDS = [
  '0.001',
  '0.002',
  '0.004',
  '0.008',
  '0.016',
  '0.032',
  '0.064',
  '0.128',
  '0.256',
  '0.512',
  '1.024',
  '2.048',
  '4.096',
  '8.192',
];

/** A histogram of the times of a disk: so many up to each bound, of all, and the sum of their seconds. */
const times = (name: string, upTo: (bound: number) => number, { count, sum }: { count: number; sum: number }): Record<string, string> => ({
  ...Object.fromEntries(BOUNDS.map((bound) => [`${name}_bucket{le="${bound}"}`, String(upTo(Number(bound)))])),
  ...{ [`${name}_bucket{le="+Inf"}`]: String(count), [`${name}_sum`]: String(sum), [`${name}_count`]: String(count) },
});

it('a member tells all that is known of it', () => {
  expect(valuesOf(etcdMetrics('cp-1', figures, 5_500))).toEqual({
    'etcd_cluster_version{cluster_version="3.6"}': '1',
    etcd_debugging_mvcc_current_revision: '42',
    etcd_debugging_mvcc_keys_total: '7',
    ...times('etcd_disk_backend_commit_duration_seconds', () => 42, { count: 42, sum: 0 }),
    ...times('etcd_disk_wal_fsync_duration_seconds', () => 42, { count: 42, sum: 0 }),
    etcd_mvcc_db_total_size_in_bytes: '1000',
    etcd_mvcc_db_total_size_in_use_in_bytes: '1000',
    etcd_server_has_leader: '1',
    'etcd_server_id{server_id="a000000000000001"}': '1',
    etcd_server_is_leader: '1',
    etcd_server_is_learner: '0',
    etcd_server_leader_changes_seen_total: '2',
    etcd_server_proposals_applied_total: '42',
    etcd_server_proposals_committed_total: '42',
    etcd_server_proposals_pending: '0',
    etcd_server_quota_backend_bytes: '2147483648',
    etcd_server_slow_apply_total: '0',
    etcd_server_snapshot_apply_in_progress_total: '0',
    'etcd_server_version{server_version="3.6.8"}': '1',
    process_start_time_seconds: '5.5',
  });
});

it('a member tells of the writes that its disk was slow for', () => {
  const [first, ...others] = figures.members as [EtcdMemberState, ...EtcdMemberState[]];
  const slowWrites = [
    { delay: 50, writes: 10 },
    { delay: 2_000, writes: 2 },
  ];
  const values = valuesOf(etcdMetrics('cp-1', { ...figures, members: [{ ...first, slowWrites }, ...others] }, 0));
  const upTo = (bound: number) => (bound < 0.05 ? 30 : bound < 2 ? 40 : 42);
  expect(values).toMatchObject(times('etcd_disk_wal_fsync_duration_seconds', upTo, { count: 42, sum: 4.5 }));
  expect(values).toMatchObject(times('etcd_disk_backend_commit_duration_seconds', upTo, { count: 42, sum: 4.5 }));
  expect(values.etcd_server_slow_apply_total).toBe('2');
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
