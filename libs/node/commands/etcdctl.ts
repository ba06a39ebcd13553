import { ETCD_VERSION } from '../images/etcd-metrics.js';
import type { Wait } from '../shell/kernel.js';
import { asked, type Command, type EtcdView, pathIn, print, readFile } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { foundFields, foundJson, idOf, jsonText, snapshotJson } from './etcd-answers.js';
import { agreed, authenticated, type Call, callOf, deadline, formatOf, header, membersOf, show, unsupported } from './etcd-call.js';
import { alarmText, defrag, endpointHealth, endpointStatus } from './etcd-endpoints.js';
import { memberAdd, memberList, memberPromote, memberRemove, memberUpdate } from './etcd-members.js';
import { EtcdError, factsIn, restoreSnapshot, takenSnapshot } from './etcd-snapshots.js';
import { bytesText } from './etcd-tables.js';

/** etcdctl and etcdutl 3.6: what reads, the members, snapshots and defragmentation. Keys cannot be written past the API server here. */

/** Keys and characters that one answer has at most. */
const MOST_KEYS = 10_000;
const MOST_TEXT = 1024 * 1024;

function* get(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const { process, flags, words } = call;
  const [, key] = words;
  if (key === undefined) throw new EtcdError('get command needs one argument as key and an optional argument as range_end');
  const format = formatOf(call);
  if (flags.has('count-only') && format !== 'fields') throw new EtcdError('--count-only is only for `--write-out=fields`');
  unsupported(call, 'table');
  const members = membersOf(etcd);
  yield* agreed(call, members);
  const all = yield* asked(process, () => etcd.keys(key));
  const found = flags.has('prefix') ? all : all.filter((each) => each.key === key);
  const limit = Math.min(Number(flags.get('limit') ?? 0) || MOST_KEYS, MOST_KEYS);
  const keysOnly = flags.has('keys-only');
  const kvs = flags.has('count-only') ? [] : found.slice(0, limit);
  const length = kvs.reduce((sum, each) => sum + each.key.length + (keysOnly ? 0 : each.value.length) + 2, 0);
  if (length > MOST_TEXT) throw new EtcdError(`the answer has more than ${MOST_TEXT} bytes: use --limit or --keys-only`);
  if (format === 'simple') {
    for (const each of kvs) {
      const value = keysOnly ? '' : each.value;
      yield* print(process, latin(flags.has('print-value-only') ? `${value}\n` : `${each.key}\n${value}\n`));
    }
    return 0;
  }
  const revision = yield* asked(process, () => etcd.revision());
  const answer = { header: header(call, members, { revision }), kvs, count: found.length, keysOnly };
  yield* print(process, latin(format === 'json' ? `${jsonText(foundJson(answer))}\n` : foundFields(answer)));
  return 0;
}

/** Text as the streams of processes carry it: a character is a byte. */
const latin = (text: string): string => Buffer.from(text).toString('latin1');

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
  const head = ['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'STORAGE VERSION'];
  return yield* show(call, { head, rows: [row], json: snapshotJson(facts) });
}

/** `alarm list`, and `alarm disarm`, which says what it has disarmed: a member whose disk is still full raises its alarm again at once. */
function* alarms(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const members = membersOf(etcd);
  yield* agreed(call, members);
  const raised = etcd.isFull() ? members.slice(0, 1) : [];
  const json = {
    header: header(call, members),
    ...(raised.length > 0 ? { alarms: raised.map(({ id }) => ({ memberID: idOf(id), alarm: 1 })) } : {}),
  };
  unsupported(call, 'table');
  return yield* show(call, { head: [], rows: raised.map((member) => [alarmText(member)]), json });
}

type Action = (call: Call, etcd: EtcdView) => Generator<Wait, number, void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  'member list': memberList,
  'member add': memberAdd,
  'member remove': memberRemove,
  'member promote': memberPromote,
  'member update': memberUpdate,
  'endpoint health': endpointHealth,
  'endpoint status': endpointStatus,
  'snapshot save': snapshotSave,
  'alarm list': alarms,
  'alarm disarm': alarms,
};

/** Those whose command is one word. */
const SINGLE: ReadonlyMap<string, Action> = new Map([
  ['get', get],
  ['defrag', defrag],
]);

function* run(call: Call): Generator<Wait, number, void> {
  const [first = '', second = ''] = call.words;
  if (first === 'version') {
    yield* print(call.process, `etcdctl version: ${ETCD_VERSION}\nAPI version: 3.6\n`);
    return 0;
  }
  const action = SINGLE.get(first) ?? ACTIONS[`${first} ${second}`];
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
      return error.code;
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
