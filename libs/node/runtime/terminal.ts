import { Signal } from '../shell/kernel.js';
import type { Input, Output } from '../shell/streams.js';

/** Bytes of one line that is being edited, of what is waiting to be read, and lines of the history. */
const LONGEST_LINE = 4096;
const WAITING = 64 * 1024;
const HISTORY = 200;

/** What the terminal tells its owner. */
export interface TerminalEvents {
  /** Bytes for the screen. */
  show(text: string): void;
  /** Control-C: what runs in the foreground is interrupted. */
  interrupt(): void;
}

/** A terminal with line editing: echo, backspace, control keys, cursor keys and history. Data are byte strings. */
export class Terminal implements Input {
  readonly changed = new Signal();
  readonly terminal = true;
  columns = 80;
  rows = 24;
  /** The prompt in front of the line; then the history is there too. */
  prompt: string | undefined;
  private line = '';
  private cursor = 0;
  private ready = '';
  private ended = false;
  private escape = '';
  private readonly history: string[] = [];
  private at = 0;

  constructor(private readonly events: TerminalEvents) {}

  /** Lines that were entered; undefined after control-D on an empty line. */
  take(): string | undefined {
    if (this.ready !== '') {
      const data = this.ready;
      this.ready = '';
      return data;
    }
    if (!this.ended) return '';
    this.ended = false;
    return undefined;
  }

  /** One line at a time, for the shell; '' if none is complete. */
  takeLine(): string | undefined {
    const end = this.ready.indexOf('\n');
    if (end < 0) return this.take();
    const line = this.ready.slice(0, end + 1);
    this.ready = this.ready.slice(end + 1);
    return line;
  }

  /** The client has gone, or has closed its input. */
  end(): void {
    this.ended = true;
    this.changed.wake();
  }

  /** What the user typed. */
  type(text: string): void {
    for (const character of text) this.key(character);
    this.changed.wake();
  }

  /** Output of programs: newlines become CR LF, as `onlcr` does. */
  output(show: (text: string) => boolean, changed: Signal): Output {
    return { put: (data) => show(data.replace(/\r?\n/g, '\r\n')), changed, terminal: true };
  }

  private key(character: string): void {
    if (this.escape !== '') {
      this.escapeSequence(character);
      return;
    }
    switch (character) {
      case '\x1b':
        this.escape = character;
        return;
      case '\r':
      case '\n':
        this.enter();
        return;
      case '\x7f':
      case '\b':
        this.edit(this.cursor - 1, this.cursor);
        return;
      case '\x03':
        this.events.show('^C\r\n');
        this.line = '';
        this.cursor = 0;
        this.events.interrupt();
        return;
      case '\x04':
        if (this.line === '') this.ended = true;
        else this.edit(this.cursor, this.cursor + 1);
        return;
      case '\x01':
        this.move(0);
        return;
      case '\x05':
        this.move(this.line.length);
        return;
      case '\x15':
        this.edit(0, this.cursor);
        return;
      case '\x0b':
        this.edit(this.cursor, this.line.length);
        return;
      case '\x17':
        this.edit(this.line.slice(0, this.cursor).replace(/\S+\s*$/, '').length, this.cursor);
        return;
      case '\x0c':
        this.events.show(`\x1b[H\x1b[J${this.prompt ?? ''}${this.line}`);
        return;
      default:
        if (character >= ' ' || character === '\t') this.insert(character);
    }
  }

  private insert(character: string): void {
    if (this.line.length >= LONGEST_LINE || this.ready.length >= WAITING) return;
    const tail = this.line.slice(this.cursor);
    this.line = this.line.slice(0, this.cursor) + character + tail;
    this.cursor += 1;
    this.events.show(character + tail + '\b'.repeat(tail.length));
  }

  /** Removes a part of the line. */
  private edit(from: number, to: number): void {
    if (from < 0 || from >= to || to > this.line.length) return;
    this.move(from);
    const tail = this.line.slice(to);
    const removed = to - from;
    this.line = this.line.slice(0, from) + tail;
    this.events.show(`${tail}${' '.repeat(removed)}${'\b'.repeat(tail.length + removed)}`);
  }

  private move(to: number): void {
    if (to < 0 || to > this.line.length) return;
    this.events.show(to < this.cursor ? '\b'.repeat(this.cursor - to) : this.line.slice(this.cursor, to));
    this.cursor = to;
  }

  private enter(): void {
    this.events.show('\r\n');
    if (this.prompt !== undefined && this.line.trim() !== '' && this.history.at(-1) !== this.line) this.history.push(this.line);
    if (this.history.length > HISTORY) this.history.shift();
    this.at = this.history.length;
    if (this.ready.length < WAITING) this.ready += `${this.line}\n`;
    this.line = '';
    this.cursor = 0;
  }

  private escapeSequence(character: string): void {
    this.escape += character;
    if (this.escape.length === 2) {
      if (character !== '[' && character !== 'O') this.escape = '';
      return;
    }
    if (this.escape.length > 16) this.escape = '';
    if (!/[A-Za-z~]/.test(character)) return;
    const sequence = this.escape.slice(2);
    this.escape = '';
    if (sequence === 'A') this.recall(this.at - 1);
    else if (sequence === 'B') this.recall(this.at + 1);
    else if (sequence === 'C') this.move(this.cursor + 1);
    else if (sequence === 'D') this.move(this.cursor - 1);
    else if (sequence === 'H' || sequence === '1~') this.move(0);
    else if (sequence === 'F' || sequence === '4~') this.move(this.line.length);
    else if (sequence === '3~') this.edit(this.cursor, this.cursor + 1);
  }

  private recall(index: number): void {
    if (this.prompt === undefined || index < 0 || index > this.history.length) return;
    this.move(this.line.length);
    this.edit(0, this.line.length);
    this.at = index;
    for (const character of this.history[index] ?? '') this.insert(character);
  }
}
