import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Clock, KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { WriteOp } from '#storage';
import type { WorkShare } from '../flow-control/work-share.js';

/** What was stored at the time of a snapshot of etcd is kept beside /registry: it outlasts the log, which is compacted. */

const STATES = '/machine/etcd-states/';
const REGISTRY = '/registry/';
const CAUSE = { requestId: 'etcdctl', user: 'system:etcd', component: 'etcd' };
/** States that are kept of a cluster: the oldest go. */
const MOST_STATES = 5;
/** Characters of text that are compressed at a time, and of what is kept of one state; a bigger one lasts as long as the log. */
const PIECE = 256 * 1024;
const LARGEST = 2 * 1024 * 1024;

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** A part of a state: a line of JSON for each key and its value, compressed. */
interface StatePiece extends KubeObject {
  readonly revision: number;
  /** Which of how many. */
  readonly piece: number;
  readonly of: number;
  readonly data: string;
}

/** A key and its value. */
export interface StateItem {
  readonly key: string;
  readonly value: string;
}

/** What a snapshot says of itself. */
export interface StateFacts {
  /** Of the keys and values. */
  readonly hash: string;
  readonly revision: number;
  readonly keys: number;
  /** Bytes of the keys and values. */
  readonly size: number;
}

type Sources = { store: ClusterStore; clock: Clock; share: Pick<WorkShare, 'task'> };

const isPiece = (object: KubeObject): object is StatePiece => typeof (object as Partial<StatePiece>).data === 'string';

/** The rows of a state; none if it is too large. */
async function piecesOf(revision: number, texts: readonly string[]): Promise<StatePiece[]> {
  const pieces: StatePiece[] = [];
  let size = 0;
  for (const [piece, text] of texts.entries()) {
    const data = (await compress(text)).toString('base64');
    size += data.length;
    if (size > LARGEST) return [];
    const metadata = { name: `${revision}.${piece}` };
    pieces.push({ apiVersion: 'orrery/v1', kind: 'EtcdState', metadata, revision, piece, of: texts.length, data });
  }
  return pieces;
}

/** Keeps what is stored now below /registry, and says what it is. */
export async function keepState({ store, clock, share }: Sources): Promise<StateFacts> {
  const work = share.task(store.cluster);
  const { items, revision } = await store.list({ prefix: REGISTRY });
  const hash = createHash('sha1');
  const texts: string[] = [];
  let lines: string[] = [];
  let [length, size] = [0, 0];
  const flush = () => {
    texts.push(lines.join('\n'));
    [lines, length] = [[], 0];
  };
  for (const { key, value } of items) {
    const pending = work.pause();
    if (pending) await pending;
    hash.update(key).update('\0').update(value);
    size += key.length + value.length;
    lines.push(JSON.stringify([key, value]));
    length += key.length + value.length;
    if (length > PIECE) flush();
  }
  if (lines.length > 0) flush();
  await store.write(await changes(store, await piecesOf(revision, texts), clock));
  return { hash: hash.digest('hex').slice(0, 8), revision, keys: items.length, size };
}

/** The writes that keep a state, and remove the oldest ones. */
async function changes(store: ClusterStore, pieces: readonly StatePiece[], clock: Clock): Promise<WriteOp[]> {
  const { items } = await store.list({ prefix: STATES });
  const revisions = new Set(items.flatMap(({ object }) => (isPiece(object) ? [object.revision] : [])));
  if (pieces.length === 0 || revisions.has(pieces[0]?.revision ?? 0)) return [];
  const oldest = [...revisions].sort((a, b) => b - a).slice(MOST_STATES - 1);
  const base = { cause: CAUSE, at: clock.now() };
  const old = items.filter(({ object }) => isPiece(object) && oldest.includes(object.revision));
  return [
    ...old.map(({ key, revision }): WriteOp => ({ type: 'delete', key, expected: revision, ...base })),
    ...pieces.map((piece): WriteOp => ({ type: 'create', key: `${STATES}${piece.metadata.name}`, value: JSON.stringify(piece), ...base })),
  ];
}

async function piecesAt(store: ClusterStore, revision: number): Promise<StatePiece[] | undefined> {
  const { items } = await store.list({ prefix: STATES });
  const pieces = items.flatMap(({ object }) => (isPiece(object) && object.revision === revision ? [object] : []));
  return pieces.length > 0 && pieces.length === pieces[0]?.of ? pieces.sort((a, b) => a.piece - b.piece) : undefined;
}

/** Whether the state of a revision is kept. */
export const hasState = async (store: ClusterStore, revision: number): Promise<boolean> => (await piecesAt(store, revision)) !== undefined;

/** What was stored below /registry at a revision; undefined if that is not kept. */
export async function keptState(store: ClusterStore, revision: number): Promise<StateItem[] | undefined> {
  const pieces = await piecesAt(store, revision);
  if (pieces === undefined) return undefined;
  const items: StateItem[] = [];
  for (const { data } of pieces) {
    const text = (await expand(Buffer.from(data, 'base64'))).toString('utf8');
    for (const line of text.split('\n')) {
      const [key, value] = JSON.parse(line) as [string, string];
      items.push({ key, value });
    }
  }
  return items;
}
