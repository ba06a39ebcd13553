import type { AuditEvent, Origin } from './audit/audit-event.js';
import type { Auditor } from './audit/auditor.js';
import { toStatusError } from './rest/storage-errors.js';
import type { Warnings } from './rest/warnings.js';

/** How requests in process are followed. */
export interface Followed {
  auditor: Auditor;
  /** Where a client's requests came from, if they are made for a client: they are audited. */
  origin?: () => Omit<Origin, 'method'>;
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

/** Makes a request an audit event if it is made for a client. */
export async function audited<R>(
  { auditor, origin, counted }: Followed,
  { verb, warnings }: { verb: string; warnings?: Warnings },
  work: (audit: AuditEvent | undefined) => Promise<R>,
): Promise<R> {
  if (origin === undefined) return counted ? counting(counted, verb, work(undefined)) : work(undefined);
  const audit = auditor.begin({ ...origin(), method: '' });
  try {
    const result = await work(audit);
    auditor.end(audit, { code: verb === 'create' ? 201 : 200, ...(warnings && { warnings: warnings.texts }) });
    return result;
  } catch (error) {
    const failure = toStatusError(error, { group: '', resource: '' }).status;
    auditor.end(audit, { code: failure.code ?? 500, failure });
    throw error;
  }
}
