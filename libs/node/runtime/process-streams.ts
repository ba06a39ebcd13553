import { Signal } from '../shell/kernel.js';
import type { Input } from '../shell/streams.js';
import { INPUT_BYTES } from './limits.js';

/** Standard input without a terminal, of bounded size. */
export class InputBuffer implements Input {
  readonly changed = new Signal();
  private parts: string[] = [];
  private size = 0;
  private ended = false;

  constructor(private readonly onDrained: () => void) {}

  take(): string | undefined {
    if (this.parts.length === 0) return this.ended ? undefined : '';
    const data = this.parts.join('');
    this.parts = [];
    const wasFull = this.size >= INPUT_BYTES;
    this.size = 0;
    if (wasFull) this.onDrained();
    return data;
  }

  push(data: string): boolean {
    this.parts.push(data);
    this.size += data.length;
    this.changed.wake();
    return this.size < INPUT_BYTES;
  }

  end(): void {
    this.ended = true;
    this.changed.wake();
  }
}

/** A stream to the client, which stops when the client reads too slowly. */
export class Gate {
  readonly changed = new Signal();
  private open = true;

  constructor(private readonly sink: (bytes: Buffer) => boolean) {}

  put(data: string): boolean {
    if (!this.open) return false;
    if (data !== '') this.open = this.sink(Buffer.from(data, 'latin1'));
    return true;
  }

  drained(): void {
    this.open = true;
    this.changed.wake();
  }
}
