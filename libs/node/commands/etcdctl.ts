import { formatGoDuration } from '#apimachinery';
import { ETCD_QUOTA, ETCD_VERSION, memberId } from '../images/etcd-metrics.js';
import type { Wait } from '../shell/kernel.js';
import { asked, type Command, type EtcdView, type Process, pathIn, print, readFile } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { EtcdError, factsIn, restoreSnapshot, takenSnapshot } from './etcd-snapshots.js';
import { bordered, bytesText } from './etcd-tables.js';

/** etcdctl and etcdutl 3.6: what reads, and snapshots. Keys cannot be written past the API server here. */

const DEADLINE = 5_000;
/** Keys and characters that one answer has at most. */
const MOST_KEYS = 10_000;
const MOST_TEXT = 1024 * 1024;

/** Flags that stand alone; the others take a value. */
const ALONE = new Set([
  'prefix',
  'keys-only',
  'print-value-only',
  'count-only',
  'cluster',
  'from-key',
  'debug',
  'hex',
  'help',
  'skip-hash-check',
  'mark-compacted',
]);
const SHORT: Readonly<Record<string, string>> = { w: 'write-out', h: 'help' };

interface Call {
  process: Process;
  flags: ReadonlyMap<string, string>;
  words: readonly string[];
}

/** The command line, and the flags that the environment sets: ETCDCTL_CACERT for --cacert. */
function callOf(process: Process): Call {
  const { argv, env } = process;
  const flags = new Map<string, string>();
  for (const [name, value] of env) if (name.startsWith('ETCDCTL_')) flags.set(name.slice(8).toLowerCase().replaceAll('_', '-'), value);
  const words: string[] = [];
  for (let at = 1; at < argv.length; at += 1) {
    const [, name, value] = /^--?([a-z][\w-]*)(?:=(.*))?$/s.exec(argv[at] ?? '') ?? [];
    const long = SHORT[name ?? ''] ?? name;
    if (long === undefined) words.push(argv[at] ?? '');
    else if (value !== undefined || ALONE.has(long)) flags.set(long, value ?? 'true');
    else flags.set(long, argv[++at] ?? '');
  }
  return { process, flags, words };
}

function* deadline({ process }: Call): Generator<Wait, never, void> {
  const until = process.kernel.now + DEADLINE;
  while (process.kernel.now < until) yield { until };
  throw new EtcdError('context deadline exceeded');
}

/** Throws what etcdctl says without the certificates that the members want. */
function* authenticated(call: Call): Generator<Wait, void, void> {
  for (const flag of ['cacert', 'cert', 'key']) {
    const path = call.flags.get(flag) ?? '';
    const isKubeadms = /^\/etc\/kubernetes\/pki\/(etcd\/(ca|server|peer|healthcheck-client)|apiserver-etcd-client)\.(crt|key)$/.test(path);
    if (path !== '' && !isKubeadms && typeof readFile(call.process, path) !== 'string')
      throw new EtcdError(`open ${path}: no such file or directory`);
  }
  if (['cacert', 'cert', 'key'].some((flag) => (call.flags.get(flag) ?? '') === '')) yield* deadline(call);
}

type Member = ReturnType<EtcdView['members']>[number] & { id: string; address: string };

const membersOf = (etcd: EtcdView): Member[] =>
  etcd.members().map((member) => ({ ...member, id: memberId(member.name), address: etcd.addresses.get(member.name) ?? '' }));

/** The endpoints that are asked, each with its member. */
function endpointsOf({ flags, process }: Call, members: readonly Member[]): Array<{ endpoint: string; member: Member | undefined }> {
  const given = flags.has('cluster')
    ? members.map(({ address }) => `https://${address}:2379`)
    : (flags.get('endpoints') ?? '127.0.0.1:2379').split(',');
  return given.map((endpoint) => {
    const host = endpoint.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
    const own = members.find(({ address, name }) => address === process.around.podIP || name === process.around.hostname);
    const member = /^(127\.0\.0\.1|localhost)$/.test(host) ? own : members.find(({ address }) => address === host);
    return { endpoint, member: member?.role === 'stopped' ? undefined : member };
  });
}

/** Throws if the endpoints cannot agree with a majority. */
function* agreed(call: Call, members: readonly Member[]): Generator<Wait, void, void> {
  const [first] = endpointsOf(call, members);
  const isLed = first?.member && (first.member.role === 'leader' || first.member.leader !== undefined);
  if (!isLed || !members.some(({ role }) => role === 'leader')) yield* deadline(call);
}

function* table({ process, flags }: Call, head: readonly string[], rows: ReadonlyArray<readonly string[]>): Generator<Wait, number, void> {
  const format = flags.get('write-out') ?? 'simple';
  if (format === 'json')
    yield* print(process, `${JSON.stringify(rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]]))))}\n`);
  else yield* print(process, format === 'table' ? bordered(head, rows) : rows.map((row) => `${row.join(', ')}\n`).join(''));
  return 0;
}

function* memberList(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const members = membersOf(etcd);
  yield* agreed(call, members);
  const head = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'];
  const rows = members.map(({ id, name, address, role }) => {
    const learns = String(role === 'learner');
    return [id, 'started', name, `https://${address}:2380`, `https://${address}:2379`, learns];
  });
  return yield* table(call, head, rows);
}

/** How long a proposal takes: some milliseconds. */
const tookAt = (now: number): string => formatGoDuration(2 + (now % 9_973) / 1000);

function* endpointHealth(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const members = membersOf(etcd);
  let sick = false;
  for (const { endpoint, member } of endpointsOf(call, members)) {
    const healthy = member !== undefined && (member.role === 'leader' || member.leader !== undefined) && !etcd.isFull();
    sick ||= !healthy;
    const why = member && etcd.isFull() ? 'alarm: NOSPACE' : 'failed to commit proposal: context deadline exceeded';
    if (healthy)
      yield* print(call.process, `${endpoint} is healthy: successfully committed proposal: took = ${tookAt(call.process.kernel.now)}\n`);
    else yield* writeTo(call.process.errors, `${endpoint} is unhealthy: ${why}\n`);
  }
  if (sick) throw new EtcdError('unhealthy cluster');
  return 0;
}

const HEAD =
  'ENDPOINT,ID,VERSION,STORAGE VERSION,DB SIZE,IN USE,PERCENTAGE NOT IN USE,QUOTA,IS LEADER,IS LEARNER,RAFT TERM,RAFT INDEX,RAFT APPLIED INDEX,ERRORS,DOWNGRADE TARGET VERSION,DOWNGRADE ENABLED';

function* endpointStatus(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const revision = String(yield* asked(call.process, () => etcd.revision()));
  const keys = yield* asked(call.process, () => etcd.keys('/'));
  const size = bytesText(keys.reduce((sum, { key, value }) => sum + key.length + value.length, 0));
  const rows: string[][] = [];
  for (const { endpoint, member } of endpointsOf(call, membersOf(etcd))) {
    if (member === undefined) {
      yield* writeTo(call.process.errors, `Failed to get the status of endpoint ${endpoint} (context deadline exceeded)\n`);
      continue;
    }
    const { id, role, term } = member;
    const errors = etcd.isFull() ? `memberID:${BigInt(`0x${id}`)} alarm:NOSPACE ` : '';
    rows.push([
      ...[endpoint, id, ETCD_VERSION, '3.6.0', size, size, '0%', bytesText(ETCD_QUOTA)],
      ...[String(role === 'leader'), String(role === 'learner'), String(term), revision, revision, errors, '', 'false'],
    ]);
  }
  return yield* table(call, HEAD.split(','), rows);
}

function* get(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const { process, flags, words } = call;
  const [, key] = words;
  if (key === undefined) throw new EtcdError('get command needs one argument as key and an optional argument as range_end');
  yield* agreed(call, membersOf(etcd));
  const all = yield* asked(process, () => etcd.keys(key));
  const found = flags.has('prefix') ? all : all.filter((each) => each.key === key);
  if (flags.has('count-only')) return 0;
  const limit = Math.min(Number(flags.get('limit') ?? 0) || MOST_KEYS, MOST_KEYS);
  let left = MOST_TEXT;
  for (const each of found.slice(0, limit)) {
    const value = flags.has('keys-only') ? '' : each.value;
    const text = flags.has('print-value-only') ? `${value}\n` : `${each.key}\n${value}\n`;
    left -= text.length;
    if (left < 0) throw new EtcdError(`the answer has more than ${MOST_TEXT} bytes: use --limit or --keys-only`);
    yield* print(process, Buffer.from(text).toString('latin1'));
  }
  return 0;
}

function* snapshotSave(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const { process, words } = call;
  const path = words[2];
  if (path === undefined) throw new EtcdError('snapshot save expects one argument');
  process.files.write(pathIn(process, path), yield* takenSnapshot(process, etcd));
  yield* print(process, `Snapshot saved at ${path}\nServer version ${ETCD_VERSION}\n`);
  return 0;
}

function* snapshotStatus(call: Call): Generator<Wait, number, void> {
  const path = call.words[2] ?? '';
  const text = readFile(call.process, path);
  if (typeof text !== 'string') throw new EtcdError(`stat ${path}: no such file or directory`);
  const facts = factsIn(text);
  if (facts === undefined) throw new EtcdError('snapshot file integrity check failed. 1 errors found.\ninvalid database');
  const row = [facts.hash, String(facts.revision), String(facts.keys), bytesText(facts.size), '3.6.0'];
  return yield* table(call, ['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'STORAGE VERSION'], [row]);
}

function* alarmList(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const [member] = membersOf(etcd);
  if (member && etcd.isFull()) yield* print(call.process, `memberID:${BigInt(`0x${member.id}`)} alarm:NOSPACE \n`);
  return 0;
}

type Action = (call: Call, etcd: EtcdView) => Generator<Wait, number, void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  'member list': memberList,
  'endpoint health': endpointHealth,
  'endpoint status': endpointStatus,
  'snapshot save': snapshotSave,
  'alarm list': alarmList,
};

function* run(call: Call): Generator<Wait, number, void> {
  const [first = '', second = ''] = call.words;
  if (first === 'version') {
    yield* print(call.process, `etcdctl version: ${ETCD_VERSION}\nAPI version: 3.6\n`);
    return 0;
  }
  const action = first === 'get' ? get : ACTIONS[`${first} ${second}`];
  if (action === undefined)
    throw new EtcdError(`unknown command ${JSON.stringify(first === '' ? first : `${first} ${second}`.trim())} for "etcdctl"`);
  yield* authenticated(call);
  const etcd = yield* asked(call.process, async (network) => network.etcd?.());
  if (etcd === undefined) return yield* deadline(call);
  return yield* action(call, etcd);
}

const guarded = (body: (call: Call) => Generator<Wait, number, void>): Command =>
  function* (process) {
    try {
      return yield* body(callOf(process));
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      yield* writeTo(process.errors, `Error: ${error.message}\n`);
      return 1;
    }
  };

/** The commands of etcd's image. */
export const etcdCommands: Readonly<Record<string, Command>> = {
  etcdctl: guarded(run),
  etcdutl: guarded(function* (call) {
    const [first, second, file] = call.words;
    const command = [first, second].filter((word) => word !== undefined).join(' ');
    if (command === 'snapshot status') return yield* snapshotStatus(call);
    if (command === 'snapshot restore') return yield* restoreSnapshot(call.process, call.flags, file);
    throw new EtcdError(`unknown command ${JSON.stringify(command)} for "etcdutl"`);
  }),
};
