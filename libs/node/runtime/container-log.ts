import type { Output } from '../shell/streams.js';

/** One line of a container's log; the text is a byte string without its newline. */
export interface LogLine {
  at: number;
  stream: 'stdout' | 'stderr';
  text: string;
  /** The program has not ended the line. */
  partial?: boolean;
}

/** Bytes after which a line is cut (the CRI's limit of an entry). */
const LONGEST_LINE = 16 * 1024;
/** What a line takes in memory, besides its text. */
const LINE_BYTES = 64;

/** What one start of a container has printed, as containerd keeps it: the newest lines up to a limit. */
export class ContainerLog {
  lines: LogLine[] = [];
  /** Lines that were dropped at the front. */
  dropped = 0;
  private bytes = 0;
  private readonly open = new Map<'stdout' | 'stderr', string>();

  constructor(
    private readonly limit: number,
    private readonly now: () => number,
  ) {}

  /** The end of a program's output stream. */
  output(stream: 'stdout' | 'stderr'): Output {
    return {
      put: (data) => {
        this.append(stream, data);
        return true;
      },
    };
  }

  /** Writes what has no newline yet; called when the program has ended. */
  finish(): void {
    for (const [stream, text] of this.open) if (text !== '') this.add({ at: this.now(), stream, text, partial: true });
    this.open.clear();
  }

  /** Forgets the lines, which have been read. */
  forget(): void {
    this.dropped += this.lines.length;
    this.lines = [];
    this.bytes = 0;
  }

  private append(stream: 'stdout' | 'stderr', data: string): void {
    if (this.limit === 0) return;
    const pieces = ((this.open.get(stream) ?? '') + data).split('\n');
    let rest = pieces.pop() ?? '';
    for (const text of pieces) this.add({ at: this.now(), stream, text });
    for (; rest.length >= LONGEST_LINE; rest = rest.slice(LONGEST_LINE))
      this.add({ at: this.now(), stream, text: rest.slice(0, LONGEST_LINE), partial: true });
    this.open.set(stream, rest);
  }

  private add(line: LogLine): void {
    this.lines.push(line);
    this.bytes += line.text.length + LINE_BYTES;
    if (this.bytes <= this.limit) return;
    // A quarter is dropped at once, so that not every line moves the others.
    let count = 0;
    while (this.bytes > (this.limit * 3) / 4 && count < this.lines.length - 1) {
      this.bytes -= (this.lines[count]?.text.length ?? 0) + LINE_BYTES;
      count += 1;
    }
    this.lines = this.lines.slice(count);
    this.dropped += count;
  }
}
