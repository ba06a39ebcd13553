import { failureStatus } from '#apimachinery';
import type { Revision } from '#storage';
import type { AuditEvent, Origin } from './audit/audit-event.js';
import type { Auditor, Outcome } from './audit/auditor.js';
import { toStatusError } from './rest/storage-errors.js';
import type { Warnings } from './rest/warnings.js';

/** How requests in process are followed. */
export interface Followed {
  auditor: Auditor;
  /** Where a client's requests came from, if they are made for a client: they are audited. */
  origin?: () => Omit<Origin, 'method'>;
  /** Gets the end of a request that has written something which is not stored yet; undefined: it was given up. */
  held?: (end: (revisions: ReadonlyMap<Revision, Revision> | undefined) => void) => void;
  /** Called with the verb and the status code of each request that was answered. */
  counted?: (verb: string, code: number) => void;
}

/** Counts a request by its verb and the code of its answer. */
async function counting<R>(counted: (verb: string, code: number) => void, verb: string, answer: Promise<R>): Promise<R> {
  try {
    const result = await answer;
    counted(verb, verb === 'create' ? 201 : 200);
    return result;
  } catch (error) {
    counted(verb, toStatusError(error, { group: '', resource: '' }).status.code ?? 500);
    throw error;
  }
}

/** What becomes of the requests of a transaction that is not stored. */
const failure = failureStatus({ code: 409, reason: 'Conflict', message: 'the transaction was given up' });
const GIVEN_UP: Outcome = { code: 409, failure };

/** Makes a request an audit event if it is made for a client. */
export async function audited<R>(
  { auditor, origin, counted, held }: Followed,
  { verb, warnings }: { verb: string; warnings?: Warnings },
  work: (audit: AuditEvent | undefined) => Promise<R>,
): Promise<R> {
  if (origin === undefined) return counted ? counting(counted, verb, work(undefined)) : work(undefined);
  const audit = auditor.begin({ ...origin(), method: '' });
  try {
    const result = await work(audit);
    const outcome = { code: verb === 'create' ? 201 : 200, ...(warnings && { warnings: warnings.texts }) };
    const { revision } = audit;
    if (!held || revision === undefined) auditor.end(audit, outcome);
    else {
      held((revisions) => {
        audit.revision = revisions?.get(revision);
        auditor.end(audit, revisions ? outcome : GIVEN_UP);
      });
    }
    return result;
  } catch (error) {
    const failure = toStatusError(error, { group: '', resource: '' }).status;
    auditor.end(audit, { code: failure.code ?? 500, failure });
    throw error;
  }
}
