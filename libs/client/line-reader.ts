/** Splits a stream of bytes into lines of UTF-8; an incomplete line waits for the next chunk. */
export class LineReader {
  private rest: Buffer[] = [];

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Uint8Array): void {
    let from = 0;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      const piece = bytes.subarray(from, at);
      const line = this.rest.length === 0 ? piece : Buffer.concat([...this.rest, piece]);
      this.rest = [];
      from = at + 1;
      if (line.length > 0) this.onLine(line.toString('utf8'));
    }
    // The chunk is copied, because the stream may reuse its buffer.
    if (from < bytes.length) this.rest.push(Buffer.from(bytes.subarray(from)));
  }
}
