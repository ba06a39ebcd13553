/** What an entry takes beside its key, roughly: the maps' own bookkeeping and a small value. */
const ENTRY_BYTES = 256;

/**
 * Remembers what was worked out from texts that clients send. Bounded by bytes: when half of them are used, what has not been asked for
 * since the last time is dropped. A long text is worked out anew each time and never kept. A value must be no bigger than its text, more
 * or less, and is shared by all who ask: it must not be changed.
 */
export class Memo<V> {
  private young = new Map<string, V>();
  private old = new Map<string, V>();
  private bytes = 0;
  private readonly generation: number;
  private readonly longest: number;

  constructor({ bytes = 512 * 1024, longest = 1024 }: { bytes?: number; longest?: number } = {}) {
    this.generation = bytes / 2;
    this.longest = longest;
  }

  /** The value of a text. What `make` throws is thrown, and not remembered. */
  of(text: string, make: (text: string) => V): V {
    if (text.length > this.longest) return make(text);
    const known = this.young.get(text);
    if (known !== undefined || this.young.has(text)) return known as V;
    const aged = this.old.get(text);
    const found = aged !== undefined || this.old.has(text);
    // A slice keeps the whole text it was cut from: the copy that is kept does not.
    const own = Buffer.from(text, 'utf16le').toString('utf16le');
    const value = found ? (aged as V) : make(own);
    this.keep(own, value);
    return value;
  }

  /** Whether a text is remembered. */
  has(text: string): boolean {
    return this.young.has(text) || this.old.has(text);
  }

  /** Texts that are remembered. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  private keep(text: string, value: V): void {
    this.bytes += 2 * text.length + ENTRY_BYTES;
    if (this.bytes > this.generation) {
      this.old = this.young;
      this.young = new Map();
      this.bytes = 2 * text.length + ENTRY_BYTES;
    }
    this.young.set(text, value);
  }
}
