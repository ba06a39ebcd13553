import { formatGoDuration } from '#apimachinery';
import { ETCD_QUOTA, ETCD_VERSION } from '../images/etcd-metrics.js';
import type { Wait } from '../shell/kernel.js';
import { asked, type EtcdView, print } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { idOf } from './etcd-answers.js';
import { type Call, DEADLINE, endpointsOf, formatOf, header, type Member, membersOf, show } from './etcd-call.js';
import { EtcdError } from './etcd-snapshots.js';
import { bytesText } from './etcd-tables.js';

/** The commands of etcdctl that ask each endpoint (etcdctl/ctlv3/command ep_command.go, defrag_command.go). */

/** An alarm as etcd prints it. */
export const alarmText = ({ id }: Member): string => `memberID:${idOf(id)} alarm:NOSPACE `;

/** How long a proposal takes: some milliseconds. */
const tookAt = (now: number): string => formatGoDuration(2 + (now % 9_973) / 1000);

/** `endpoint health`: whether each endpoint answers and has a leader. */
export function* endpointHealth(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const members = membersOf(etcd);
  const took = tookAt(call.process.kernel.now);
  const found = endpointsOf(call, members).map(({ endpoint, member }) => {
    const isLed = member !== undefined && (member.role === 'leader' || member.leader !== undefined);
    if (!isLed) return { endpoint, health: false, took: formatGoDuration(DEADLINE), error: 'context deadline exceeded' };
    return etcd.isFull() ? { endpoint, health: false, took, error: 'Active Alarm(s): NOSPACE ' } : { endpoint, health: true, took };
  });
  const isSound = found.every(({ health }) => health);
  if (formatOf(call) === 'simple')
    for (const { endpoint, took: time, error } of found)
      if (error === undefined) yield* print(call.process, `${endpoint} is healthy: successfully committed proposal: took = ${time}\n`);
      else yield* writeTo(call.process.errors, `${endpoint} is unhealthy: failed to commit proposal: ${error}\n`);
  else {
    const rows = found.map(({ endpoint, health, took: time, error = '' }) => [endpoint, String(health), time, error]);
    yield* show(call, { head: ['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'], rows, json: found });
  }
  if (!isSound) throw new EtcdError('unhealthy cluster');
  return 0;
}

const HEAD =
  'ENDPOINT,ID,VERSION,STORAGE VERSION,DB SIZE,IN USE,PERCENTAGE NOT IN USE,QUOTA,IS LEADER,IS LEARNER,RAFT TERM,RAFT INDEX,RAFT APPLIED INDEX,ERRORS,DOWNGRADE TARGET VERSION,DOWNGRADE ENABLED';

/** `endpoint status`. */
export function* endpointStatus(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const revision = yield* asked(call.process, () => etcd.revision());
  const keys = yield* asked(call.process, () => etcd.keys('/'));
  const bytes = keys.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  const size = bytesText(bytes);
  const members = membersOf(etcd);
  const rows: string[][] = [];
  const json: unknown[] = [];
  const asks = endpointsOf(call, members);
  for (const { endpoint, member } of asks) {
    if (member === undefined) {
      yield* writeTo(call.process.errors, `Failed to get the status of endpoint ${endpoint} (context deadline exceeded)\n`);
      continue;
    }
    const { id, role, term, isLearner } = member;
    const errors = etcd.isFull() ? alarmText(member) : '';
    rows.push([
      ...[endpoint, id, ETCD_VERSION, '3.6.0', size, size, '0%', bytesText(ETCD_QUOTA)],
      ...[String(role === 'leader'), String(isLearner), String(term), String(revision), String(revision), errors, '', 'false'],
    ]);
    const leader = members.find((each) => each.role === 'leader');
    json.push({
      Endpoint: endpoint,
      Status: {
        ...{ header: header(call, members, { member, revision }), version: ETCD_VERSION, dbSize: bytes },
        ...(leader ? { leader: idOf(leader.id) } : {}),
        ...{ raftIndex: revision, raftTerm: term, raftAppliedIndex: revision, ...(errors === '' ? {} : { errors: [errors] }) },
        ...{ dbSizeInUse: bytes, ...(isLearner ? { isLearner: true } : {}) },
        ...{ storageVersion: '3.6.0', dbSizeQuota: ETCD_QUOTA, downgradeInfo: {} },
      },
    });
  }
  yield* show(call, { head: HEAD.split(','), rows, json });
  return rows.length < asks.length ? 1 : 0;
}

/** `defrag`: what is stored here takes no more than it needs, before and after. */
export function* defrag(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const { process } = call;
  let failures = 0;
  for (const { endpoint, member } of endpointsOf(call, membersOf(etcd))) {
    const took = tookAt(process.kernel.now);
    if (member) yield* print(process, `Finished defragmenting etcd member[${endpoint}]. took ${took}\n`);
    else {
      failures += 1;
      const text = `Failed to defragment etcd member[${endpoint}]. took ${formatGoDuration(DEADLINE)}. (context deadline exceeded)\n`;
      yield* writeTo(process.errors, text);
    }
  }
  return failures > 0 ? 1 : 0;
}
