// A log of limited size: text is appended to FILE, which is renamed to FILE.1 when it is full, FILE.1 to FILE.2 and so on, up to `kept`.
import fs from 'node:fs';
import path from 'node:path';

const defaults = { maxBytes: 16 * 1024 * 1024, kept: 4 };
const lastBytes = 8192;

/** Appends to a file and rotates it. If the log cannot be written (a full disk), output is dropped: the service continues. */
export class LogFile {
  constructor(file, { maxBytes, kept } = defaults) {
    Object.assign(this, { file, maxBytes, kept });
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.open();
    this.forgetTail();
  }

  /** Output of an earlier process does not count as that of a new one. */
  forgetTail() {
    this.tail = '';
  }

  open() {
    this.fd = fs.openSync(this.file, 'a', 0o600);
    this.size = fs.fstatSync(this.fd).size;
  }

  rotate() {
    fs.closeSync(this.fd);
    this.fd = undefined;
    for (let n = this.kept - 1; n >= 0; n -= 1) {
      const from = n === 0 ? this.file : `${this.file}.${n}`;
      if (fs.existsSync(from)) fs.renameSync(from, `${this.file}.${n + 1}`);
    }
    this.open();
  }

  /** Appends the output of a process. */
  append(chunk) {
    this.tail = (this.tail + chunk.toString()).slice(-lastBytes);
    try {
      if (this.fd === undefined) this.open();
      else if (this.size > 0 && this.size + chunk.length > this.maxBytes) this.rotate();
      fs.writeSync(this.fd, chunk);
      this.size += chunk.length;
    } catch {
      // There is no other place to report it.
    }
  }

  /** The last line that looks like an error message. */
  lastError() {
    return this.tail.split('\n').findLast((line) => /^(\w*Error\b|Error \[)/.test(line));
  }
}
