import type { FileSystem } from '../files/file-system.js';
import { Killed, Signal, type Wait } from './kernel.js';
import { PIPE_BYTES } from './limits.js';

/** Where a process reads from. Data are byte strings. */
export interface Input {
  /** What is there; '' if nothing is yet, undefined at the end. */
  take(): string | undefined;
  /** Wakes the reader when there may be more. */
  readonly changed?: Signal;
  /** Whether a terminal is behind it. */
  readonly terminal?: boolean;
  close?(): void;
}

/** Where a process writes to. */
export interface Output {
  /** Takes data; false: not now. Throws Killed for a reader that has gone (SIGPIPE). */
  put(data: string): boolean;
  /** Wakes the writer when there may be room. */
  readonly changed?: Signal;
  readonly terminal?: boolean;
  close?(): void;
}

/** The exit code of a process that writes into a pipe without a reader (128 + SIGPIPE). */
const BROKEN_PIPE = 141;
/** The exit code of a process that the kernel kills for want of memory (128 + SIGKILL). */
const OUT_OF_MEMORY = 137;

/** A pipe between two processes, of bounded size. */
export class Pipe implements Input, Output {
  readonly changed = new Signal();
  private parts: string[] = [];
  private size = 0;
  private writers = 1;
  private gone = false;

  take(): string | undefined {
    if (this.parts.length === 0) return this.writers === 0 ? undefined : '';
    const data = this.parts.join('');
    this.parts = [];
    this.size = 0;
    this.changed.wake();
    return data;
  }

  put(data: string): boolean {
    if (this.gone) throw new Killed(BROKEN_PIPE);
    if (this.size >= PIPE_BYTES) return false;
    if (data === '') return true;
    this.parts.push(data);
    this.size += data.length;
    this.changed.wake();
    return true;
  }

  /** The side of the reader, whose end breaks the pipe. */
  get reader(): Input {
    return {
      take: () => this.take(),
      changed: this.changed,
      close: () => {
        this.gone = true;
        this.parts = [];
        this.size = 0;
        this.changed.wake();
      },
    };
  }

  /** Puts what was taken too much back in front. */
  unread(data: string): void {
    if (data !== '') this.parts.unshift(data);
    this.size += data.length;
  }

  /** The writer is done. */
  close(): void {
    this.writers = 0;
    this.changed.wake();
  }
}

/** Where what is written is not read again. */
export const UNREAD = { put: () => true };

/** Nothing: the end at once. */
export const EMPTY_INPUT: Input = { take: () => undefined };

/** A text, then the end. */
export function textInput(text: string): Input {
  let rest: string | undefined = text;
  return {
    take() {
      const data = rest;
      rest = undefined;
      return data === '' ? undefined : data;
    },
  };
}

/** Takes everything and forgets it. */
export const NULL_OUTPUT: Output = { put: () => true };

/** An endless source: /dev/zero. */
export const ZEROS: Input = { take: () => '\0'.repeat(4096) };

/** Writes into a file, each piece at once. */
export function fileOutput(files: FileSystem, path: string, append: boolean): Output {
  if (!append || files.stat(path) === undefined) files.write(path, '');
  return {
    put(data) {
      if (data !== '') files.write(path, data, { append: true });
      return true;
    },
  };
}

/** Collects output. A process that produces more than the limit is killed, as for want of memory. */
export class Collector implements Output {
  private readonly parts: string[] = [];
  private size = 0;

  constructor(private readonly limit: number) {}

  put(data: string): boolean {
    this.size += data.length;
    if (this.size > this.limit) throw new Killed(OUT_OF_MEMORY);
    this.parts.push(data);
    return true;
  }

  get text(): string {
    return this.parts.join('');
  }
}

/** Reads the next piece; undefined at the end. */
export function* readFrom(input: Input): Generator<Wait, string | undefined, void> {
  for (;;) {
    const data = input.take();
    if (data !== '') return data;
    yield input.changed ? { on: input.changed } : undefined;
  }
}

/** How much is passed on at once. */
const PIECE = 16 * 1024;

/** Writes all of a text. */
export function* writeTo(output: Output, text: string): Generator<Wait, void, void> {
  for (let at = 0; at < text.length; at += PIECE) {
    const piece = text.length <= PIECE ? text : text.slice(at, at + PIECE);
    while (!output.put(piece)) yield output.changed ? { on: output.changed } : undefined;
    if (text.length > PIECE) yield undefined;
  }
}
