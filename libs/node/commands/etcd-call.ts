import type { EtcdMemberState } from '../runtime/etcd-access.js';
import type { Wait } from '../shell/kernel.js';
import { type EtcdView, type Process, print, readFile } from '../shell/process.js';
import { type Header, headerOf, jsonText } from './etcd-answers.js';
import { EtcdError } from './etcd-snapshots.js';
import { bordered } from './etcd-tables.js';

/** What the commands of etcdctl share: their flags, the members that they ask, and the forms of their answers. */

/** How long an endpoint is waited for, in milliseconds. */
export const DEADLINE = 5_000;
/** The port on which members listen for clients. */
const CLIENTS = 2379;

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
  'learner',
]);
const SHORT: Readonly<Record<string, string>> = { w: 'write-out', h: 'help' };

export interface Call {
  process: Process;
  flags: ReadonlyMap<string, string>;
  words: readonly string[];
}

/** The command line, and the flags that the environment sets: ETCDCTL_CACERT for --cacert. */
export function callOf(process: Process): Call {
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

export function* deadline({ process }: Call): Generator<Wait, never, void> {
  const until = process.kernel.now + DEADLINE;
  while (process.kernel.now < until) yield { until };
  throw new EtcdError('context deadline exceeded');
}

/** Throws what etcdctl says without the certificates that the members want. */
export function* authenticated(call: Call): Generator<Wait, void, void> {
  for (const flag of ['cacert', 'cert', 'key']) {
    const path = call.flags.get(flag) ?? '';
    const isKubeadms = /^\/etc\/kubernetes\/pki\/(etcd\/(ca|server|peer|healthcheck-client)|apiserver-etcd-client)\.(crt|key)$/.test(path);
    if (path !== '' && !isKubeadms && typeof readFile(call.process, path) !== 'string')
      throw new EtcdError(`open ${path}: no such file or directory`);
  }
  if (['cacert', 'cert', 'key'].some((flag) => (call.flags.get(flag) ?? '') === '')) yield* deadline(call);
}

export interface Member extends EtcdMemberState {
  /** The id of its cluster, in hexadecimal. */
  cluster: string;
  /** Of its node; empty if it has never been started. */
  address: string;
  peerURLs: readonly string[];
  isLearner: boolean;
}

/** The members, by their ids (membership/cluster.go Members). */
export const membersOf = (etcd: EtcdView): Member[] =>
  etcd
    .members()
    .map((member) => {
      const { name, role, peerURLs, isLearner = role === 'learner' } = member;
      const address = etcd.addresses.get(name) ?? '';
      return { ...member, cluster: etcd.clusterId(), address, peerURLs: peerURLs ?? [`https://${address}:2380`], isLearner };
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));

/** The endpoints that are asked, each with its member. */
export function endpointsOf({ flags, process }: Call, members: readonly Member[]): Array<{ endpoint: string; member: Member | undefined }> {
  const given = flags.has('cluster')
    ? members.filter(({ name }) => name !== '').map(({ address }) => `https://${address}:2379`)
    : (flags.get('endpoints') ?? '127.0.0.1:2379').split(',');
  return given.map((endpoint) => {
    const [, host = '', port] = /^(?:https?:\/\/)?(.*?)(?::(\d+))?$/.exec(endpoint) ?? [];
    if (port !== undefined && Number(port) !== CLIENTS) return { endpoint, member: undefined };
    const own = members.find(({ address, name }) => address === process.around.podIP || name === process.around.hostname);
    const member = /^(127\.0\.0\.1|localhost)$/.test(host) ? own : members.find(({ address }) => address === host);
    return { endpoint, member: member?.role === 'stopped' ? undefined : member };
  });
}

/** Throws if the endpoints cannot agree with a majority. */
export function* agreed(call: Call, members: readonly Member[]): Generator<Wait, void, void> {
  const [first] = endpointsOf(call, members);
  const isLed = first?.member && (first.member.role === 'leader' || first.member.leader !== undefined);
  if (!isLed || !members.some(({ role }) => role === 'leader')) yield* deadline(call);
}

/** Throws what a printer says that has no such form (ctlv3/command/printer.go). */
export function unsupported(call: Call, ...formats: readonly string[]): void {
  const format = formatOf(call);
  if (formats.includes(format)) throw new EtcdError(`${format} not supported as output format`);
}

/** An answer that is shown as rows, a table or JSON. */
export interface Shown {
  head: readonly string[];
  rows: ReadonlyArray<readonly string[]>;
  json: unknown;
}

export const formatOf = ({ flags }: Call): string => flags.get('write-out') ?? 'simple';

export function* show(call: Call, { head, rows, json }: Shown): Generator<Wait, number, void> {
  const format = formatOf(call);
  const simple = () => rows.map((row) => `${row.join(', ')}\n`).join('');
  yield* print(call.process, format === 'json' ? `${jsonText(json)}\n` : format === 'table' ? bordered(head, rows) : simple());
  return 0;
}

/** The header of the answer of a member; by default of the first endpoint's. */
export function header(call: Call, members: readonly Member[], { member, revision }: { member?: Member; revision?: number } = {}): Header {
  const by = member ?? endpointsOf(call, members)[0]?.member;
  return headerOf({
    id: by?.id ?? '0',
    term: by?.term ?? 0,
    cluster: members[0]?.cluster ?? '0',
    ...(revision === undefined ? {} : { revision }),
  });
}
