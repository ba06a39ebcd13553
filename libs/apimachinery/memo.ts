/** Approximate bytes of an entry besides its key: the maps' overhead and a small value. */
const ENTRY_BYTES = 256;

/**
 * Caches what is computed from texts that clients send. Limited by bytes: whenever half of them are used, entries that have not been used
 * since the last time are dropped. Long texts are computed each time and not cached. A value should not be larger than its text, and is
 * shared: it must not be modified.
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

  /** The value of a text. An error of `make` is thrown and not cached. */
  of(text: string, make: (text: string) => V): V {
    if (text.length > this.longest) return make(text);
    const known = this.young.get(text);
    if (known !== undefined || this.young.has(text)) return known as V;
    const aged = this.old.get(text);
    const found = aged !== undefined || this.old.has(text);
    // A slice keeps the whole original text in memory; a copy does not.
    const own = Buffer.from(text, 'utf16le').toString('utf16le');
    const value = found ? (aged as V) : make(own);
    this.keep(own, value);
    return value;
  }

  /** Whether a text is cached. */
  has(text: string): boolean {
    return this.young.has(text) || this.old.has(text);
  }

  /** The number of cached texts. */
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

/** Computes what is derived from an object once, and keeps it for as long as the object exists, which must not be modified. */
export function memoized<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const there = known.get(key);
    if (there !== undefined) return there;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
