import type { Instant } from '#apimachinery';
import type { Revision } from '../revision.js';
import type { ClockState, ClockStepped, LogEntry, StoredObject, WriteOp, WriteResult } from '../storage.js';
import type { BegunTurn } from '../turn-state.js';
import type { Row } from './session.js';

type Objects = readonly [key: string, modRevision: number, createRevision: number, version: number, value: string];

/** A row of store_list or store_expired. */
export function listedObject(row: Row): StoredObject {
  const [key, modRevision, createRevision, version, value] = row as unknown as Objects;
  return { key, value, createRevision, modRevision, version };
}

type Lines = readonly [
  revision: number,
  createRevision: number,
  version: number,
  previousRevision: number | null,
  at: number,
  deleted: boolean,
  key: string,
  cause: string,
  value: string,
  previousValue: string | null,
];

/** A row of store_log_page or store_history. */
export function logEntry(row: Row): LogEntry {
  const [revision, createRevision, version, previousRevision, at, deleted, key, cause, value, previousValue] = row as unknown as Lines;
  return {
    revision,
    type: deleted ? 'delete' : 'put',
    key,
    value,
    createRevision,
    version,
    ...(previousRevision !== null && { previousRevision }),
    ...(previousValue !== null && { previousValue }),
    cause: JSON.parse(cause),
    at,
  };
}

type Begun = readonly [
  token: number,
  cursor: number,
  nextAt: number | null,
  lost: number,
  parkedUntil: number | null,
  overtook: boolean,
  revision: number,
];

/** A row of begin_turn. */
export function begunTurn(row: Row): BegunTurn {
  const [token, cursor, nextAt, lost, parkedUntil, overtook, revision] = row as unknown as Begun;
  return {
    token,
    cursor,
    revision,
    ...(nextAt !== null && { nextAt }),
    ...(lost > 0 && { lost }),
    ...(parkedUntil !== null && { parkedUntil }),
    ...(overtook && { overtook }),
  };
}

type Clocks = readonly [
  revision: number,
  now: number | null,
  target: number | null,
  failure: string | null,
  until: string | null,
  asked: number | null,
];

/** A row of clock_state. */
export function clockState(row: Row): ClockState {
  const [revision, now, target, failure, until, asked] = row as unknown as Clocks;
  return {
    revision,
    ...(now !== null && { now }),
    ...(target !== null && { target }),
    ...(failure !== null && { failure }),
    ...(until !== null && { until }),
    ...(asked !== null && { asked }),
  };
}

/** A row of clock_step. */
export function clockStepped(row: Row): ClockStepped {
  const [now, target, until, asked] = row as unknown as readonly [Instant, Instant | null, string | null, Revision | null];
  return {
    now,
    ...(target !== null && { target }),
    ...(until !== null && { until }),
    ...(asked !== null && { asked }),
  };
}

type Outcomes = readonly [
  ord: number,
  outcome: 'o' | 'e' | 'c' | 'm' | 'a',
  revision: number | null,
  createRevision: number | null,
  version: number | null,
  previousRevision: number | null,
  value: string | null,
];

const REASONS = { e: 'exists', c: 'conflict', m: 'missing', a: 'aborted' } as const;

/** The rows of store_write as the results of its operations, in order. */
export function writeResults(ops: readonly WriteOp[], rows: readonly Row[]): WriteResult[] {
  const results = new Array<WriteResult>(ops.length);
  for (const row of rows) {
    const [ord] = row as unknown as Outcomes;
    results[ord - 1] = writeResult(ops[ord - 1] as WriteOp, row as unknown as Outcomes);
  }
  return results;
}

function writeResult(op: WriteOp, [, outcome, revision, createRevision, version, previousRevision, value]: Outcomes): WriteResult {
  const standing = revision === null ? undefined : { revision, createRevision: createRevision ?? 0, version: version ?? 0 };
  if (outcome !== 'o') {
    const reason = REASONS[outcome];
    if (standing === undefined || value === null || reason === 'aborted') return { ok: false, reason };
    const { revision: modRevision, ...rest } = standing;
    return { ok: false, reason, current: { key: op.key, value, modRevision, ...rest } };
  }
  const entry: LogEntry = {
    revision: revision ?? 0,
    type: op.type === 'delete' ? 'delete' : 'put',
    key: op.key,
    value: op.type === 'delete' ? (value ?? '') : op.value,
    createRevision: createRevision ?? 0,
    version: version ?? 0,
    ...(previousRevision !== null && { previousRevision }),
    cause: op.cause,
    at: op.at,
  };
  return { ok: true, entry };
}
