import { GraphQLError } from 'graphql';
import { type Counted, operationLimits } from '../limits.js';
import type { Share } from './turns.js';

/** What an operation has used, and its limits. */
export interface Cost {
  estimated: number;
  used: Record<Counted, number>;
  limits: Record<Counted | 'estimated', number>;
}

/** Names of the limits for messages. */
const words: Record<Counted, string> = {
  objects: 'objects in its answer',
  scanned: 'objects looked at',
  bytes: 'bytes of answer',
  logEntries: 'log entries read',
  logBytes: 'bytes of the log read',
  milliseconds: 'milliseconds of work',
};

/** An operation has exceeded a limit. */
class LimitExceeded extends GraphQLError {
  constructor(what: Counted, used: number, most: number) {
    super(
      `The operation was stopped: ${used} ${words[what]}, and ${most} is the limit. Ask for smaller pages, fewer relations or fewer fields.`,
      {
        extensions: { code: 'LIMIT_EXCEEDED', limit: what },
      },
    );
  }
}

/** For parts that still wait when their operation is over. Made once: most of what an error costs is its stack. */
const over = new GraphQLError('The operation is over.');

/** Whether an error ends the whole operation: it is no field's. */
export const endsOperation = (error: unknown): boolean => error instanceof LimitExceeded || error === over;

/** Counts what one operation uses while it runs, and stops it at its limits. */
export class Meter {
  private readonly counted: Record<Counted, number> = { objects: 0, scanned: 0, bytes: 0, logEntries: 0, logBytes: 0, milliseconds: 0 };
  private failure: GraphQLError | undefined;
  private fail: ((error: LimitExceeded) => void) | undefined;

  constructor(
    private readonly share: Share,
    private readonly bounds: Record<Counted, number> = operationLimits,
  ) {}

  /** What has been counted so far. */
  get counts(): Readonly<Record<Counted, number>> {
    return this.counted;
  }

  /** Counts; throws if the limit is exceeded. */
  count(what: Exclude<Counted, 'milliseconds'>, by: number): void {
    if (this.failure) throw this.failure;
    this.counted[what] += by;
    if (this.counted[what] > this.bounds[what]) this.stop(what, this.counted[what]);
  }

  /** Adds what a part of the operation has used in another thread, where it was bounded likewise. */
  add(used: Readonly<Record<Counted, number>>): void {
    for (const [what, by] of Object.entries(used) as Array<[Counted, number]>) {
      if (what === 'milliseconds') this.share.spend(by);
      else this.count(what, by);
    }
  }

  /** The remaining amount. */
  left(what: Exclude<Counted, 'milliseconds'>): number {
    return this.bounds[what] - this.counted[what];
  }

  /** To be called between pieces of work: returns undefined if the operation may continue, otherwise a promise to wait for. */
  turn(): Promise<void> | undefined {
    if (this.failure) throw this.failure;
    const milliseconds = this.share.milliseconds;
    if (milliseconds > this.bounds.milliseconds) this.stop('milliseconds', Math.round(milliseconds));
    return this.share.turn();
  }

  /** Runs the operation; rejects as soon as a limit is exceeded, even if parts of it are still waiting. */
  async guard<T>(run: () => Promise<T> | T): Promise<T> {
    const stopped = new Promise<never>((_resolve, reject) => {
      this.fail = reject;
    });
    try {
      return await Promise.race([stopped, this.share.turn()?.then(run) ?? run()]);
    } finally {
      // Parts that are still waiting or reading end there.
      this.failure ??= over;
      this.share.stop();
    }
  }

  /** The usage as shown to the client. */
  used(): Record<Counted, number> {
    return { ...this.counted, milliseconds: Math.round(this.share.milliseconds) };
  }

  private stop(what: Counted, used: number): never {
    const failure = new LimitExceeded(what, used, this.bounds[what]);
    this.failure = failure;
    this.fail?.(failure);
    throw failure;
  }
}
