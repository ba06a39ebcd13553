/**
 * Lets concurrent callers share one round trip without ever answering a caller from a read that began before its call: whoever calls
 * while one is under way waits for the next (Raft's read index, one hop further out).
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

/** Gathers the keys asked for at the same time into one read of at most `mostKeys`; each caller gets its own key's value. */
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
    // What is too much for one read goes into another, beside it.
    if (this.#keys.size >= this.mostKeys && !this.#keys.has(key)) this.#call = this.#newCall();
    this.#keys.add(key);
    return (await this.#call.run()).get(key);
  }
}
