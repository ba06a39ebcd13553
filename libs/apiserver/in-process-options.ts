import type { WriteCause } from '#client';
import type { Fence } from '#storage';
import type { Origin } from './audit/audit-event.js';
import type { Followed } from './in-process-audit.js';
import type { UserInfo } from './rest/strategy.js';

/** How the requests of an in-process client are made. */
export interface InProcessOptions {
  /** The user of the requests (for what is set by `as`); default the API server itself, in system:masters. */
  user?: (actor: WriteCause) => UserInfo;
  /** The fence of the turn that writes belong to; read at each write. */
  fence?: () => Fence | undefined;
  /** Request ids for the log; by default composed of the component and the revision that woke it. */
  requestId?: () => string;
  /** Where a client's requests came from, if they are made for a client: they are audited. */
  origin?: () => Omit<Origin, 'method'>;
  /** Set for requests of a transaction. */
  held?: Followed['held'];
  /** Called with the verb and the status code of each request that was answered. */
  counted?: (verb: string, code: number) => void;
  /** The manager in metadata.managedFields of written objects, e.g. `kube-controller-manager`; default none. */
  manager?: string;
}
