import { GraphQLError } from 'graphql';
import { limits } from './limits.js';

interface Sink<T> {
  push(value: T): void;
  end(error?: Error): void;
}

/** The source of a stream. */
export interface Source<T> {
  /** What comes first; it exists already, so it does not count as queued. */
  first?: readonly T[];
  /** Characters of a value, for the limit of the queue. */
  lengthOf(value: T): number;
  /** Starts to push; resolves to a function that stops it. */
  open(sink: Sink<T>): Promise<() => void>;
}

/**
 * Turns a source that pushes into an async iterator. The queue is limited in number and length: a reader that is too slow gets an error.
 */
export const stream = <T>(source: Source<T>): AsyncGenerator<T> => new Stream(source);

class Stream<T> implements AsyncGenerator<T> {
  private waiting: T[] = [];
  private length = 0;
  private wake: (() => void) | undefined;
  private ended = false;
  private failure: Error | undefined;
  private close: (() => void) | undefined;
  private readonly opening: Promise<void>;

  private first: Iterator<T>;

  constructor(private readonly source: Source<T>) {
    this.first = (source.first ?? []).values();
    this.opening = source.open({ push: (value) => this.push(value), end: (error) => this.finish(error) }).then((stop) => {
      this.close = stop;
      if (this.ended) stop();
    });
    // The rejection is handled by the next call of next().
    this.opening.catch(() => undefined);
  }

  async next(): Promise<IteratorResult<T>> {
    await this.opening;
    const first = this.first.next();
    if (!first.done) return first;
    for (;;) {
      const value = this.waiting.shift();
      if (value !== undefined) {
        this.length -= this.source.lengthOf(value);
        return { value, done: false };
      }
      if (this.failure) throw this.failure;
      if (this.ended) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Works even while it waits for the next value, unlike a generator function's. */
  async return(): Promise<IteratorResult<T>> {
    this.waiting = [];
    this.first = [].values();
    this.finish();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    this.finish();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.finish();
  }

  private push(value: T): void {
    if (this.ended) return;
    this.length += this.source.lengthOf(value);
    if (this.waiting.length >= limits.subscriptionBacklog || (this.length > limits.subscriptionBacklogLength && this.waiting.length > 0)) {
      const message = `The subscription fell ${this.waiting.length} events behind and was ended.`;
      this.finish(new GraphQLError(message, { extensions: { code: 'SUBSCRIBER_TOO_SLOW' } }));
      return;
    }
    this.waiting.push(value);
    this.wake?.();
  }

  private finish(error?: Error): void {
    this.ended = true;
    this.failure ??= error;
    this.close?.();
    this.wake?.();
  }
}
