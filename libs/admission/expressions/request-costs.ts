import { timeout } from '#apimachinery';
import { REQUEST_BUDGET } from './limits.js';

/** The costs of all expressions that are evaluated for one request. */
export class RequestCosts {
  private left = REQUEST_BUDGET;

  /** `pause`: lets other tenants work, if it is their turn. */
  constructor(readonly pause: () => Promise<void> | undefined) {}

  /** Throws 504 when the request has had its share. */
  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw timeout('request did not complete within requested timeout - context deadline exceeded');
  }
}
