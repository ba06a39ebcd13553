import type { Instant } from '#apimachinery';
import type { ChainStep, EventChain } from '#history';
import type { GraphContext } from './context.js';
import { limits } from './limits.js';

type Told = Pick<GraphContext, 'now' | 'after' | 'history'>;

/** Looks, now and then, whether a chain that is followed has settled. */
export class Settling {
  private read: number;
  private cancel: (() => void) | undefined;
  private stopped = false;
  /** The time of the clock at the last look, and how many looks have found it there with no new step. */
  private seen: { now: Instant; size: number; times: number } = { now: Number.NaN, size: 0, times: 0 };

  constructor(
    private readonly chain: EventChain,
    private readonly options: { quiet: number | undefined; context: Told; after: number },
  ) {
    this.read = options.after;
  }

  /** The log was followed up to this revision. */
  delivered(revision: number): void {
    this.read = revision;
  }

  start(settled: (mark: ChainStep) => void, failed: (error: Error) => void): void {
    const { quiet, context } = this.options;
    if (quiet === undefined || this.stopped) return;
    const look = async (): Promise<void> => {
      const mark = this.chain.settled(context.now(), { quiet, standing: this.stands() });
      if (mark && (await this.isUpToDate()) && !this.stopped) {
        // A step may have come while the log was looked at.
        if (mark.revision === this.chain.settled(context.now(), { quiet: 0 })?.revision) return settled(mark);
      }
      if (!this.stopped) this.start(settled, failed);
    };
    this.cancel = context.after(limits.settleEvery, () => void look().catch(failed));
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** Whether the clock has not gone on for a while in which nothing has joined the chain. */
  private stands(): boolean {
    const now = this.options.context.now();
    const { size } = this.chain;
    const same = now === this.seen.now && size === this.seen.size;
    this.seen = { now, size, times: same ? this.seen.times + 1 : 0 };
    return this.seen.times * limits.settleEvery >= limits.standing;
  }

  /** Whether the log has no entry that is still to be delivered: the clock may be told faster than the log. */
  private async isUpToDate(): Promise<boolean> {
    const { history } = this.options.context;
    const before = this.read;
    if ((await history.revision()) <= before) return true;
    const entries = await history.log(before, limits.logPage, limits.logPageLength);
    return entries.every(({ revision, key }) => revision <= this.read || !key.startsWith('/registry/'));
  }
}
