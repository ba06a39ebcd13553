/**
 * Lets concurrent callers share a round trip. A caller never gets the result of a read that began before its call: if one is in progress,
 * it waits for the next (like Raft's ReadIndex).
 */
export class SharedCall<T> {
  #next: Promise<T> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly call: () => Promise<T>) {}

  run(): Promise<T> {
    if (this.#next !== undefined) return this.#next;
    const begin = () => {
      this.#next = undefined;
      return this.call();
    };
    this.#next = this.#last.then(begin, begin);
    this.#last = this.#next;
    return this.#next;
  }
}

/** Combines keys that are requested at the same time into one read of at most `mostKeys`; each caller gets the value of its key. */
export class SharedGet<T> {
  #keys = new Set<string>();
  #call: SharedCall<ReadonlyMap<string, T>>;

  constructor(
    private readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
    private readonly mostKeys: number,
  ) {
    this.#call = this.#newCall();
  }

  #newCall(): SharedCall<ReadonlyMap<string, T>> {
    const keys = new Set<string>();
    this.#keys = keys;
    return new SharedCall(() => {
      const wanted = [...keys];
      keys.clear();
      return this.read(wanted);
    });
  }

  async get(key: string): Promise<T | undefined> {
    // Keys beyond the limit go into another, parallel read.
    if (this.#keys.size >= this.mostKeys && !this.#keys.has(key)) this.#call = this.#newCall();
    this.#keys.add(key);
    return (await this.#call.run()).get(key);
  }
}
