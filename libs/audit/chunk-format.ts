import type { AuditRecord } from './audit-record.js';

/** Events as they are stored: each text once, and for each member of an event the numbers (of times, of texts, of choices) of all events. */
export interface Chunk {
  texts: readonly string[];
  /** To be added to the first column, in milliseconds since 1970. */
  from: number;
  columns: readonly number[][];
}

/** What few events have; stored as one text. */
export type Details = Pick<AuditRecord, 'errors' | 'warnings' | 'annotations' | 'admission'> & { reason: string; message: string };

export const LEVELS = ['None', 'Metadata', 'Request'] as const;
export const DECISIONS = ['', 'allow', 'forbid'] as const;
/** The number of something that an event does not have. */
export const NONE = -1;
