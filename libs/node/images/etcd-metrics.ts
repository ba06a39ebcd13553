import type { EtcdFigures } from '../runtime/etcd-access.js';

/** The version of etcd. */
export const ETCD_VERSION = '3.6.8';
/** What its database may become at most, in bytes (--quota-backend-bytes). */
export const ETCD_QUOTA = 2 * 1024 ** 3;

interface Metric {
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  labels?: string;
  value: number;
}

const gauge = (name: string, help: string, value: number, labels?: string): Metric => ({ name, type: 'gauge', help, value, labels });
const counter = (name: string, help: string, value: number): Metric => ({ name, type: 'counter', help, value });
const flag = (is: boolean): number => (is ? 1 : 0);

function metricsOf(name: string, { members, revision, objects, bytes, leaderChanges }: EtcdFigures, startedAt: number): Metric[] {
  const member = members.find((each) => each.name === name);
  const hasLeader = member?.leader !== undefined;
  return [
    gauge('etcd_cluster_version', 'Which version is running.', 1, `cluster_version="${ETCD_VERSION.slice(0, 3)}"`),
    gauge('etcd_debugging_mvcc_current_revision', 'The revision of the store.', revision),
    gauge('etcd_debugging_mvcc_keys_total', 'The number of keys.', objects),
    gauge('etcd_mvcc_db_total_size_in_bytes', 'Bytes that the database takes.', bytes),
    gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Bytes of the database that are in use.', bytes),
    gauge('etcd_server_has_leader', 'Whether the member knows a leader.', flag(hasLeader)),
    gauge('etcd_server_id', 'The id of the member.', 1, `server_id="${member?.id ?? ''}"`),
    gauge('etcd_server_is_leader', 'Whether the member leads.', flag(member?.role === 'leader')),
    gauge('etcd_server_is_learner', 'Whether the member is a learner.', flag(member?.isLearner ?? member?.role === 'learner')),
    counter('etcd_server_leader_changes_seen_total', 'How often the leader has changed.', leaderChanges),
    gauge('etcd_server_proposals_applied_total', 'Proposals that are applied.', revision),
    gauge('etcd_server_proposals_committed_total', 'Proposals that are committed.', revision),
    gauge('etcd_server_quota_backend_bytes', 'Bytes that the database may take.', ETCD_QUOTA),
    gauge('etcd_server_version', 'Which version the member runs.', 1, `server_version="${ETCD_VERSION}"`),
    gauge('process_start_time_seconds', 'When the process was started, in seconds since 1970.', startedAt / 1000),
  ];
}

/** The metrics of a member of etcd in Prometheus' text format: those of which the value is known. */
export function etcdMetrics(name: string, figures: EtcdFigures, startedAt: number): string {
  return metricsOf(name, figures, startedAt)
    .map(({ name: metric, type, help, labels, value }) => {
      const series = labels === undefined ? metric : `${metric}{${labels}}`;
      return `# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n${series} ${value}\n`;
    })
    .join('');
}
