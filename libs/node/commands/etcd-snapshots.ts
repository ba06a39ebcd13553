import { createHash } from 'node:crypto';
import { formatTime } from '#apimachinery';
import type { EtcdSnapshot } from '../runtime/etcd-access.js';
import type { Wait } from '../shell/kernel.js';
import { asked, type EtcdView, type Process, pathIn, readFile } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';

/** Snapshots of etcd: files that tell a revision of the store, and what there is at it. */

/** What a command of etcd says before it fails, and with which code it ends. */
export class EtcdError extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}

/** A snapshot's file; longer ones are none. */
const LONGEST = 1_000;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

/** What is in a snapshot's file; undefined if it is none. */
export function factsIn(text: string): EtcdSnapshot | undefined {
  if (text.length > LONGEST || !text.startsWith('{"hash":')) return undefined;
  try {
    const { sum, ...facts } = JSON.parse(text) as EtcdSnapshot & { sum?: unknown };
    const isWhole = typeof facts.hash === 'string' && [facts.revision, facts.keys, facts.size].every(isCount);
    return isWhole && sum === sumOf(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

const sumOf = ({ hash, revision, keys, size }: EtcdSnapshot): string =>
  createHash('sha1').update(`${hash}/${revision}/${keys}/${size}`).digest('hex').slice(0, 8);

/** The file of a snapshot of the store as of now. */
export function* takenSnapshot(process: Process, etcd: EtcdView): Generator<Wait, string, void> {
  const facts = yield* asked(process, () => etcd.snapshot());
  return JSON.stringify({ ...facts, sum: sumOf(facts) });
}

/** `etcdutl snapshot restore FILE --data-dir DIR`: makes a directory from which a member can start with what it had. */
export function* restoreSnapshot(
  process: Process,
  flags: ReadonlyMap<string, string>,
  file: string | undefined,
): Generator<Wait, number, void> {
  if (file === undefined) throw new EtcdError('snapshot restore requires exactly one argument');
  const directory = pathIn(process, flags.get('data-dir') || 'default.etcd');
  const there = process.files.stat(directory);
  if (there !== undefined && (there.kind !== 'dir' || there.entries.size > 0))
    throw new EtcdError(`data-dir ${JSON.stringify(directory)} not empty or could not be read`);
  const text = readFile(process, file);
  if (typeof text !== 'string') throw new EtcdError(`open ${file}: no such file or directory`);
  const facts = factsIn(text);
  if (facts === undefined) throw new EtcdError('snapshot missing hash but --skip-hash-check=false');
  const about = { path: file, 'wal-dir': `${directory}/member/wal`, 'data-dir': directory, 'snap-dir': `${directory}/member/snap` };
  const say = (words: string) => {
    const time = formatTime(process.kernel.now);
    return writeTo(process.errors, `${time}\tinfo\tsnapshot/v3_snapshot.go\t${words}\t${JSON.stringify(about)}\n`);
  };
  yield* say('restoring snapshot');
  const disk = yield* asked(process, async (network) => network.etcdDisk?.());
  const kept = disk ? yield* asked(process, () => disk.keep(directory, facts.revision)) : true;
  if (!kept) throw new EtcdError(`the history of the cluster does not reach back to revision ${facts.revision} any more`);
  process.files.makeDirectory(`${directory}/member/wal`, true);
  process.files.makeDirectory(`${directory}/member/snap`, true);
  process.files.write(`${directory}/member/snap/db`, text);
  yield* say('restored snapshot');
  return 0;
}
