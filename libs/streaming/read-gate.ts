import type { UpgradedConnection } from '#apiserver';

/** Reads from a client as long as nothing asks not to. */
export class ReadGate {
  private readonly holders = new Set<object>();

  constructor(private readonly connection: Pick<UpgradedConnection, 'pause' | 'resume'>) {}

  hold(holder: object): void {
    if (this.holders.size === 0) this.connection.pause();
    this.holders.add(holder);
  }

  release(holder: object): void {
    if (this.holders.delete(holder) && this.holders.size === 0) this.connection.resume();
  }
}
