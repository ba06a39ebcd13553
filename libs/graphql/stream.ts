import { GraphQLError } from 'graphql';

/**
 * Turns a source that pushes into an async iterator. What waits for the reader is bounded: a reader that is too slow
 * gets an error instead of an ever longer queue.
 */
export function stream<T>(
  bound: number,
  open: (sink: { push(value: T): void; end(error?: Error): void }) => Promise<() => void>,
): AsyncGenerator<T> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let failure: Error | undefined;
  let close: (() => void) | undefined;
  const finish = (error?: Error): void => {
    ended = true;
    failure ??= error;
    close?.();
    wake?.();
  };
  const sink = {
    push(value: T): void {
      if (ended) return;
      if (waiting.length >= bound) {
        finish(
          new GraphQLError(`The subscription fell ${bound} events behind and was ended.`, { extensions: { code: 'SUBSCRIBER_TOO_SLOW' } }),
        );
        return;
      }
      waiting.push(value);
      wake?.();
    },
    end: finish,
  };
  const opening = open(sink).then((stop) => {
    close = stop;
    if (ended) stop();
  });
  return read(opening, {
    take: () => waiting.shift(),
    done: () => ended,
    failure: () => failure,
    wait: () => new Promise<void>((resolve) => (wake = resolve)),
    finish,
  });
}

interface Source<T> {
  take(): T | undefined;
  done(): boolean;
  failure(): Error | undefined;
  wait(): Promise<void>;
  finish(): void;
}

/** A generator whose return() also works while it waits for the next value. */
function read<T>(opening: Promise<void>, source: Source<T>): AsyncGenerator<T> {
  const next = async (): Promise<IteratorResult<T>> => {
    await opening;
    for (;;) {
      const value = source.take();
      if (value !== undefined) return { value, done: false };
      const failure = source.failure();
      if (failure) throw failure;
      if (source.done()) return { value: undefined, done: true };
      await source.wait();
    }
  };
  const stop = async (): Promise<IteratorResult<T>> => {
    source.finish();
    return { value: undefined, done: true };
  };
  const generator = {
    next,
    return: stop,
    throw: async (error: unknown): Promise<IteratorResult<T>> => {
      source.finish();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => source.finish(),
  } as AsyncGenerator<T>;
  return generator;
}
