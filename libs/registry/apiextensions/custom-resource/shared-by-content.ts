/** Values by the digest of what they were made from, kept as long as somebody uses them. */
export class SharedByContent<T extends object> {
  private readonly values = new Map<string, WeakRef<T>>();
  private readonly ended = new FinalizationRegistry<string>((digest) => {
    if (this.values.get(digest)?.deref() === undefined) this.values.delete(digest);
  });

  of(digest: string, make: () => T): T {
    const known = this.values.get(digest)?.deref();
    if (known !== undefined) return known;
    const value = make();
    this.values.set(digest, new WeakRef(value));
    this.ended.register(value, digest);
    return value;
  }
}
