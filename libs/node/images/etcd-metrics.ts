import { exponentialBounds, histograms, metricText } from '#component-base';
import type { EtcdFigures, EtcdMemberState } from '../runtime/etcd-access.js';

/** The version of etcd. */
export const ETCD_VERSION = '3.6.8';
/** What its database may become at most, in bytes (--quota-backend-bytes). */
export const ETCD_QUOTA = 2 * 1024 ** 3;

interface Described {
  name: string;
  help: string;
}

function number(type: 'gauge' | 'counter', { name, help }: Described, value: number, labels?: string): string {
  const series = labels === undefined ? name : `${name}{${labels}}`;
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${series} ${value}\n`;
}

const gauge = (name: string, help: string, value: number, labels?: string): string => number('gauge', { name, help }, value, labels);
const counter = (name: string, help: string, value: number): string => number('counter', { name, help }, value);
const flag = (is: boolean): number => (is ? 1 : 0);

/** Bounds of the times of a disk, in seconds (storage/wal/metrics.go, storage/backend/metrics.go). */
const DISK_BOUNDS = exponentialBounds(0.001, 2, 14);
/** From so many milliseconds on, etcd counts that a request was applied slowly (etcdserver/txn). */
const SLOW_APPLY = 100;

/** How long each of so many writes took. */
function diskTimes({ name, help }: Described, revision: number, slow: NonNullable<EtcdMemberState['slowWrites']>): string {
  const vector = histograms(name, help, DISK_BOUNDS);
  const times = vector.of({});
  const quick = Math.max(0, revision - slow.reduce((sum, { writes }) => sum + writes, 0));
  for (const { delay, writes } of [{ delay: 0, writes: quick }, ...slow]) times.observe(delay / 1000, writes);
  return metricText(vector);
}

function metricsOf(name: string, { members, revision, objects, bytes, leaderChanges }: EtcdFigures, startedAt: number): string[] {
  const member = members.find((each) => each.name === name);
  const hasLeader = member?.leader !== undefined;
  const slow = member?.slowWrites ?? [];
  const slowlyApplied = slow.filter(({ delay }) => delay > SLOW_APPLY).reduce((sum, { writes }) => sum + writes, 0);
  const disk = (metric: string, help: string) => diskTimes({ name: metric, help }, revision, slow);
  return [
    gauge('etcd_cluster_version', 'Which version is running.', 1, `cluster_version="${ETCD_VERSION.slice(0, 3)}"`),
    gauge('etcd_debugging_mvcc_current_revision', 'The revision of the store.', revision),
    gauge('etcd_debugging_mvcc_keys_total', 'The number of keys.', objects),
    disk('etcd_disk_backend_commit_duration_seconds', 'How long commits of the backend take.'),
    disk('etcd_disk_wal_fsync_duration_seconds', 'How long fsyncs of the write-ahead log take.'),
    gauge('etcd_mvcc_db_total_size_in_bytes', 'Bytes that the database takes.', bytes),
    gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Bytes of the database that are in use.', bytes),
    gauge('etcd_server_has_leader', 'Whether the member knows a leader.', flag(hasLeader)),
    gauge('etcd_server_id', 'The id of the member.', 1, `server_id="${member?.id ?? ''}"`),
    gauge('etcd_server_is_leader', 'Whether the member leads.', flag(member?.role === 'leader')),
    gauge('etcd_server_is_learner', 'Whether the member is a learner.', flag(member?.isLearner ?? member?.role === 'learner')),
    counter('etcd_server_leader_changes_seen_total', 'How often the leader has changed.', leaderChanges),
    gauge('etcd_server_proposals_applied_total', 'Proposals that are applied.', revision),
    gauge('etcd_server_proposals_committed_total', 'Proposals that are committed.', revision),
    gauge('etcd_server_proposals_pending', 'Proposals that are to be committed.', 0),
    gauge('etcd_server_quota_backend_bytes', 'Bytes that the database may take.', ETCD_QUOTA),
    counter('etcd_server_slow_apply_total', 'Requests that were applied slowly, because the disk is slow.', slowlyApplied),
    gauge('etcd_server_snapshot_apply_in_progress_total', 'Whether the member applies a snapshot that it gets.', 0),
    gauge('etcd_server_version', 'Which version the member runs.', 1, `server_version="${ETCD_VERSION}"`),
    gauge('process_start_time_seconds', 'When the process was started, in seconds since 1970.', startedAt / 1000),
  ];
}

/** The metrics of a member of etcd in Prometheus' text format: those of which the value is known. Each write is an fsync and a commit of its own. */
export const etcdMetrics = (name: string, figures: EtcdFigures, startedAt: number): string => metricsOf(name, figures, startedAt).join('');
