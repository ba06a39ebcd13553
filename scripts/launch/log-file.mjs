// A log of bounded size: what is appended goes to FILE, which becomes FILE.1 when it is full, and that FILE.2, up to `kept`.
import fs from 'node:fs';
import path from 'node:path';

const defaults = { maxBytes: 16 * 1024 * 1024, kept: 4 };
const lastBytes = 8192;

/** Appends to a file and rotates it. A log that cannot be written (a full disk) is left out: it never ends the service. */
export class LogFile {
  constructor(file, { maxBytes, kept } = defaults) {
    Object.assign(this, { file, maxBytes, kept });
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.open();
    this.forgetTail();
  }

  /** What was said so far is not what a new process says. */
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

  /** Appends what a process has said. */
  append(chunk) {
    this.tail = (this.tail + chunk.toString()).slice(-lastBytes);
    try {
      if (this.fd === undefined) this.open();
      else if (this.size > 0 && this.size + chunk.length > this.maxBytes) this.rotate();
      fs.writeSync(this.fd, chunk);
      this.size += chunk.length;
    } catch {
      // Nowhere to say it either.
    }
  }

  /** The last line that says what went wrong, as far as one does. */
  lastError() {
    return this.tail.split('\n').findLast((line) => /^(\w*Error\b|Error \[)/.test(line));
  }
}
