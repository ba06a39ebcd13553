import type { Tenant } from './connection-limiter.js';
import type { ListenerLimits } from './limits.js';

/** The part of the budget that one request's body has taken. */
export interface BodyAccount {
  /** Takes more bytes. False: the budget is used up, and nothing was taken. */
  take(bytes: number): boolean;
  /** Releases all that was taken. Safe to call more than once. */
  release(): void;
}

/** Limits the bytes of request bodies that the process holds at once: in total, per tenant, and for requests without credentials. */
export class BodyBudget {
  private total = 0;
  private readonly byTenant = new Map<Tenant | undefined, number>();

  constructor(private readonly limits: Pick<ListenerLimits, 'bodyBytes' | 'bodyBytesPerTenant' | 'anonymousBodyBytes'>) {}

  /** An account for a request of a tenant; undefined: for one without credentials. */
  open(tenant: Tenant | undefined): BodyAccount {
    const { bodyBytes, bodyBytesPerTenant, anonymousBodyBytes } = this.limits;
    const most = tenant === undefined ? anonymousBodyBytes : bodyBytesPerTenant;
    let taken = 0;
    return {
      take: (bytes) => {
        const held = this.byTenant.get(tenant) ?? 0;
        if (held + bytes > most || this.total + bytes > bodyBytes) return false;
        taken += bytes;
        this.total += bytes;
        this.byTenant.set(tenant, held + bytes);
        return true;
      },
      release: () => {
        if (taken === 0) return;
        const left = (this.byTenant.get(tenant) ?? 0) - taken;
        this.total -= taken;
        if (left > 0) this.byTenant.set(tenant, left);
        else this.byTenant.delete(tenant);
        taken = 0;
      },
    };
  }

  /** Bytes currently held. */
  get held(): number {
    return this.total;
  }
}
