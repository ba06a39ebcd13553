import type { Tenant } from './connection-limiter.js';
import type { ListenerLimits } from './limits.js';

/** What one request's body has taken of the budget. */
export interface BodyAccount {
  /** Takes more bytes. False: there are none left, and nothing was taken. */
  take(bytes: number): boolean;
  /** Gives back all that was taken. Safe to call again. */
  release(): void;
}

/** Bytes of request bodies that the process holds at once, in all, for one tenant, and for requests without credentials. */
export class BodyBudget {
  private total = 0;
  private readonly byTenant = new Map<Tenant | undefined, number>();

  constructor(private readonly limits: Pick<ListenerLimits, 'bodyBytes' | 'bodyBytesPerTenant' | 'anonymousBodyBytes'>) {}

  /** An account for a request of a tenant; undefined: one without credentials. */
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

  /** Bytes that are held now. */
  get held(): number {
    return this.total;
  }
}
