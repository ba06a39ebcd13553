import type { AuditEvent } from './audit/audit-event.js';
import { levelFor } from './audit/audit-level.js';
import { type AuthorizationAttributes, type AuthorizerLink, authorize, forbiddenError } from './authorization/authorization.js';
import type { ControlPlane } from './control-plane.js';
import type { FlowControl, Release } from './flow-control/flow-control.js';
import type { SettingsSource } from './settings/settings-source.js';

/** The seats that a request occupies. They are released when its work is done, or when the function returned by `hold` is called. */
export interface Seat {
  hold(): Release;
  /** Counts a watch as open until it is released. Throws TooManyRequests. */
  watch(): Release;
}

/** How a request is let in. */
export interface Admittance {
  /** The seats that it takes. */
  width(): number;
  /** Set if what happens to the request is kept. */
  audit?: AuditEvent;
  /** The cache is enough for it: a list that may be of any age. */
  cached?: boolean;
}

const NOTHING = () => undefined;
const NO_SEAT: Seat = { hold: () => NOTHING, watch: () => NOTHING };

/** Health checks take no seats, however busy the cluster is: the exempt FlowSchema "probes" (apiserver/pkg/apis/flowcontrol/bootstrap). */
const isProbe = ({ isResource, path }: AuthorizationAttributes): boolean => !isResource && /^\/(healthz|livez|readyz)(\/|$)/.test(path);

/**
 * Every request for a storage or a document of the server goes through `run`, whether over HTTP, from a component in this process or from
 * GraphQL. The user has already been authenticated; admission happens in the storages.
 */
export class Dispatcher {
  constructor(
    private readonly authorizers: readonly AuthorizerLink[],
    readonly flowControl?: FlowControl,
    /** Whether the server is up; by default it is. */
    private readonly settings?: Pick<SettingsSource, 'ready' | 'current'>,
    /** What the server depends on; by default it works. */
    private readonly controlPlane?: Pick<ControlPlane, 'ready' | 'check'>,
  ) {}

  /** For requests that are part of others, which have seats. */
  withoutSeats(): Dispatcher {
    return new Dispatcher(this.authorizers);
  }

  /** Waits for seats, authorizes the request and runs the work. Throws the StatusErrors 503, 429 and 403. */
  async run<T>(attributes: AuthorizationAttributes, { width, audit, cached }: Admittance, work: (seat: Seat) => Promise<T>): Promise<T> {
    const { flowControl, settings, controlPlane } = this;
    const pending = settings?.ready();
    const asked = controlPlane?.ready();
    if (pending) await pending;
    if (asked) await asked;
    settings?.current();
    // A watch goes on from the cache, and documents of the server need no store.
    const waiting = controlPlane?.check(attributes.isResource && attributes.verb !== 'watch' && cached !== true, audit && attributes);
    if (waiting) {
      const missing = await waiting;
      if (audit && missing > 0) audit.total += missing;
    }
    if (audit) {
      audit.attributes = attributes;
      audit.level = levelFor(attributes);
    }
    if (flowControl === undefined) return this.authorized(attributes, audit, () => work(NO_SEAT));
    if (isProbe(attributes)) {
      if (audit) audit.flow = flowControl.flowOf(attributes);
      return this.authorized(attributes, audit, () => work(NO_SEAT));
    }
    const release = await flowControl.enter(attributes, width(), audit);
    audit?.dispatch();
    let held = false;
    const hold = () => {
      held = true;
      return release;
    };
    try {
      return await this.authorized(attributes, audit, () => work({ hold, watch: () => flowControl.watch() }));
    } finally {
      if (!held) release();
    }
  }

  private async authorized<T>(attributes: AuthorizationAttributes, audit: AuditEvent | undefined, work: () => Promise<T>): Promise<T> {
    const decided = authorize(attributes, this.authorizers);
    const { decision, reason } = decided instanceof Promise ? await decided : decided;
    audit?.authorized(decision === 'allow', reason);
    if (decision !== 'allow') throw forbiddenError(attributes, reason);
    return work();
  }
}
