import type { EtcdChange } from '../runtime/etcd-access.js';
import type { Wait } from '../shell/kernel.js';
import { asked, type EtcdView, print } from '../shell/process.js';
import { headerFields, idOf } from './etcd-answers.js';
import { agreed, type Call, formatOf, header, type Member, membersOf, show, unsupported } from './etcd-call.js';
import { EtcdError } from './etcd-snapshots.js';

/** The commands of etcdctl that show and change the members (etcdctl/ctlv3/command member_command.go, printer.go). */

const HEAD = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'];

/** An id without leading zeros (%x). */
const hex = (id: string): string => id.replace(/^0+(?=.)/, '');

const clientURLs = ({ name, address }: Member): string[] => (name === '' ? [] : [`https://${address}:2379`]);

/** A member in JSON. */
const memberJson = (member: Member): unknown => ({
  ...{ ID: idOf(member.id), ...(member.name === '' ? {} : { name: member.name }), peerURLs: member.peerURLs },
  ...(member.name === '' ? {} : { clientURLs: clientURLs(member) }),
  ...(member.isLearner ? { isLearner: true } : {}),
});

/** A member as fields. */
const memberFields = (member: Member): string[] => [
  ...[`"ID" : ${idOf(member.id)}`, `"Name" : ${JSON.stringify(member.name)}`],
  ...member.peerURLs.map((url) => `"PeerURL" : ${JSON.stringify(url)}`),
  ...clientURLs(member).map((url) => `"ClientURL" : ${JSON.stringify(url)}`),
  ...[`"IsLearner" : ${member.isLearner}`, ''],
];

/** `member list`. */
export function* memberList(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const members = membersOf(etcd);
  yield* agreed(call, members);
  const head = header(call, members);
  if (formatOf(call) === 'fields') {
    const lines = [...headerFields(head), ...members.flatMap(memberFields)];
    yield* print(call.process, lines.map((line) => `${line}\n`).join(''));
    return 0;
  }
  const rows = members.map((member) => {
    const { id, name, peerURLs, isLearner } = member;
    return [hex(id), name === '' ? 'unstarted' : 'started', name, peerURLs.join(','), clientURLs(member).join(','), String(isLearner)];
  });
  return yield* show(call, { head: HEAD, rows, json: { header: head, members: members.map(memberJson) } });
}

const BAD_ARGUMENTS = 128;

/** The id that a command is given, in hexadecimal. */
function idIn({ words }: Call): string {
  const [, , text, more] = words;
  if (text === undefined || more !== undefined) throw new EtcdError('member ID is not provided', BAD_ARGUMENTS);
  const isNumber = /^[0-9a-f]+$/i.test(text);
  const digits = text.toLowerCase().replace(/^0+(?=.)/, '');
  if (isNumber && digits.length <= 16) return digits.padStart(16, '0');
  const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${isNumber ? 'value out of range' : 'invalid syntax'}`;
  throw new EtcdError(`bad member ID arg (${why}), expecting ID in Hex`, BAD_ARGUMENTS);
}

function urlsIn({ flags }: Call): string[] {
  const urls = flags.get('peer-urls') ?? '';
  if (urls === '') throw new EtcdError('member peer urls not provided', BAD_ARGUMENTS);
  return urls.split(',');
}

/** Changes the members; returns those that there are then, by their ids. */
function* changed(call: Call, etcd: EtcdView, change: EtcdChange): Generator<Wait, Member[], void> {
  yield* agreed(call, membersOf(etcd));
  const refused = yield* asked(call.process, () => etcd.change(change));
  if (refused !== undefined) throw new EtcdError(refused);
  const members = membersOf(etcd);
  // What is done has no other form, and stays done.
  unsupported(call, 'table', 'fields');
  return members;
}

interface Done {
  /** Of the member that was changed. */
  id: string;
  /** How it is said. */
  what: string;
  /** In JSON. */
  member?: unknown;
}

/** What a change is answered with. */
function* showChange(call: Call, members: readonly Member[], { id, what, member }: Done): Generator<Wait, number, void> {
  const json = { header: header(call, members), ...(member === undefined ? {} : { member }), members: members.map(memberJson) };
  return yield* show(call, {
    head: [],
    rows: [[`Member ${hex(id).padStart(16)} ${what} cluster ${hex(members[0]?.cluster ?? '0').padStart(16)}`]],
    json,
  });
}

/** `member add NAME --peer-urls=URLS [--learner]`. */
export function* memberAdd(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const [, , name, ...more] = call.words;
  if (name === undefined) throw new EtcdError('member name not provided', BAD_ARGUMENTS);
  if (more.length > 0) {
    const urls = [name, ...more].filter((word) => /^http/i.test(word)).map((word) => `, did you mean --peer-urls=${word}`);
    throw new EtcdError(`too many arguments${urls.join('')}`, BAD_ARGUMENTS);
  }
  const peerURLs = urlsIn(call);
  const before = new Set(etcd.members().map(({ id }) => id));
  const isLearner = (call.flags.get('learner') ?? 'false') !== 'false';
  const members = yield* changed(call, etcd, { change: 'add', peerURLs, isLearner });
  const added = members.find(({ id }) => !before.has(id));
  const member = added && { ID: idOf(added.id), peerURLs: added.peerURLs, ...(isLearner ? { isLearner } : {}) };
  yield* showChange(call, members, { id: added?.id ?? '', what: isLearner ? 'added as learner to' : 'added to', member });
  if (formatOf(call) !== 'simple') return 0;
  const cluster = members.flatMap((each) => each.peerURLs.map((url) => `${each === added ? name : each.name}=${url}`));
  const settings = [
    `ETCD_NAME=${JSON.stringify(name)}`,
    `ETCD_INITIAL_CLUSTER=${JSON.stringify(cluster.join(','))}`,
    `ETCD_INITIAL_ADVERTISE_PEER_URLS=${JSON.stringify(call.flags.get('peer-urls'))}`,
    'ETCD_INITIAL_CLUSTER_STATE="existing"',
  ];
  yield* print(call.process, `\n${settings.join('\n')}\n`);
  return 0;
}

/** `member remove ID`. */
export function* memberRemove(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const id = idIn(call);
  return yield* showChange(call, yield* changed(call, etcd, { change: 'remove', id }), { id, what: 'removed from' });
}

/** `member promote ID`: a learner becomes a voter. */
export function* memberPromote(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const id = idIn(call);
  return yield* showChange(call, yield* changed(call, etcd, { change: 'promote', id }), { id, what: 'promoted in' });
}

/** `member update ID --peer-urls=URLS`. */
export function* memberUpdate(call: Call, etcd: EtcdView): Generator<Wait, number, void> {
  const id = idIn(call);
  const members = yield* changed(call, etcd, { change: 'update', id, peerURLs: urlsIn(call) });
  return yield* showChange(call, members, { id, what: 'updated in' });
}
