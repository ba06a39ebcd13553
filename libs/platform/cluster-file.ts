import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '#apimachinery';
import type { Revision, StoredObject } from '#storage';
import type { ClockRequest } from './cluster-clock.js';
import { boundedInstant, type ClusterFeatures, type NodeShape, type TimingProfileName } from './records.js';

/** The format of the file, and the version that is written; others are refused. */
const FORMAT = 'orrery-cluster';
const VERSION = 1;
/** Bytes of a line: an object of the API has at most half of it. */
const LONGEST_LINE = 4 * 1024 * 1024;
/** Bytes of the first and the last line, which are parsed before the seal is known to fit. */
const LONGEST_PARSED = 64 * 1024;
/** Keys of the store: no control characters. */
const KEY = /^\/[^\p{Cc}]+$/u;
const OBJECT = /^\{"key":("(?:[^"\\]|\\.){1,2000}"),"object":(?=\{)/;

/** What a file says of its cluster. Keys, tokens and certificates are not in it: a cluster that is made of it has its own. */
export interface ClusterHeader {
  name: string;
  nodes: NodeShape;
  features?: ClusterFeatures;
  /** The template that it was made from, in the installation that wrote the file. */
  templateId?: string;
  profile: TimingProfileName;
  clock: ClockRequest;
  seed: string;
  /** The cluster's time and revision of the objects. */
  now: Instant;
  revision: Revision;
}

/** An object as it stands in the store. */
export type FiledObject = Pick<StoredObject, 'key' | 'value'>;

/** A file that no cluster can be made of, and why. */
export class FileRefused extends Error {}

const sealOf = (key: Buffer): Hmac => createHmac('sha256', createHmac('sha256', key).update('orrery cluster file').digest());

/** Writes the lines of a file, each with its line feed; the last one seals them with the installation's key. */
export class ClusterFileWriter {
  private readonly seal: Hmac;
  private objects = 0;

  constructor(installationKey: Buffer) {
    this.seal = sealOf(installationKey);
  }

  header(header: ClusterHeader): string {
    return this.line(JSON.stringify({ format: FORMAT, version: VERSION, ...header }));
  }

  object({ key, value }: FiledObject): string {
    this.objects += 1;
    return this.line(`{"key":${JSON.stringify(key)},"object":${value}}`);
  }

  end(): string {
    return `${JSON.stringify({ objects: this.objects, seal: this.seal.digest('base64url') })}\n`;
  }

  private line(text: string): string {
    const line = `${text}\n`;
    this.seal.update(line);
    return line;
  }
}

type Json = Record<string, unknown>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The beginning of a line whose end has not come yet: as many bytes as it has, however small the pieces are in which it comes. */
class BegunLine {
  private bytes = Buffer.alloc(0);
  length = 0;

  add(piece: Buffer): void {
    const length = this.length + piece.length;
    if (length > this.bytes.length) this.bytes = Buffer.concat([this.bytes.subarray(0, this.length)], 2 * length);
    piece.copy(this.bytes, this.length);
    this.length = length;
  }

  /** The whole line. */
  ended(piece: Buffer): Buffer {
    const line = this.length === 0 ? piece : Buffer.concat([this.bytes.subarray(0, this.length), piece]);
    this.length = 0;
    return line;
  }
}

/**
 * Reads a file line by line. Where its seal says that this installation wrote it, it is believed: no object of it has to be parsed or checked
 * again. Nothing may be used before the end. Throws FileRefused, which names the line.
 */
export class ClusterFileReader {
  private readonly seal: Hmac;
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });
  private readonly begun = new BegunLine();
  private lines = 0;
  private objects = 0;
  private ended = false;
  private last = '';
  header: ClusterHeader | undefined;
  /** Whether this installation wrote the file; known at its end. */
  sealed = false;

  constructor(installationKey: Buffer) {
    this.seal = sealOf(installationKey);
  }

  /** The objects in the lines that a piece of the file completes. */
  push(piece: Buffer): FiledObject[] {
    const found: FiledObject[] = [];
    let from = 0;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, from)) {
      const object = this.read(this.begun.ended(piece.subarray(from, at + 1)));
      from = at + 1;
      if (object) found.push(object);
    }
    const left = piece.subarray(from);
    if (this.begun.length + left.length > LONGEST_LINE) this.refuse(`longer than ${LONGEST_LINE} bytes`, this.lines + 1);
    this.begun.add(left);
    return found;
  }

  /** The header, when the file is whole. */
  finish(): ClusterHeader {
    if (this.begun.length > 0) this.refuse('it is cut off', this.lines + 1);
    if (!this.ended || this.header === undefined) throw new FileRefused('the file is cut off: its last line is missing');
    return this.header;
  }

  private read(bytes: Buffer): FiledObject | undefined {
    this.lines += 1;
    if (bytes.length > LONGEST_LINE) this.refuse(`longer than ${LONGEST_LINE} bytes`);
    if (this.ended) return this.mustBeEmpty(bytes);
    const text = this.decoded(bytes);
    if (this.lines > 1 && text.startsWith('{"objects":')) {
      this.end(this.parsed(text));
      return undefined;
    }
    this.seal.update(bytes);
    if (this.lines > 1) return this.objectIn(text);
    this.begin(this.parsed(text));
    return undefined;
  }

  /** Editors and shells add empty lines. */
  private mustBeEmpty(bytes: Buffer): undefined {
    if (!/^\s*$/.test(bytes.toString('latin1'))) this.refuse('nothing may follow the last line');
  }

  private decoded(bytes: Buffer): string {
    try {
      return this.utf8.decode(bytes).trimEnd();
    } catch {
      return this.refuse('it is not UTF-8');
    }
  }

  private parsed(text: string): Json {
    if (text.length > LONGEST_PARSED) this.refuse(`longer than ${LONGEST_PARSED} bytes`);
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      return this.refuse('it is not JSON');
    }
    return isRecord(line) ? line : this.refuse('it is not an object');
  }

  private begin(line: Json): void {
    const { format, version, ...header } = line;
    if (format !== FORMAT) this.refuse(`it does not begin a file of the format ${FORMAT}`);
    if (version !== VERSION)
      this.refuse(`version ${JSON.stringify(version)?.slice(0, 20)} of the format is not known here, only ${VERSION}`);
    const { now } = header;
    if (!Number.isSafeInteger(now) || boundedInstant(now) !== now) this.refuse('now: must be a time in milliseconds since 1970');
    this.header = header as unknown as ClusterHeader;
  }

  private objectIn(text: string): FiledObject {
    const [start = '', key = ''] = OBJECT.exec(text) ?? [];
    // A NUL cannot be stored, and stands in no JSON.
    if (start === '' || !text.endsWith('}') || text.includes('\u0000')) return this.refuse('it has no key and object');
    this.objects += 1;
    return { key: this.keyIn(key), value: text.slice(start.length, -1) };
  }

  private keyIn(text: string): string {
    let key = '';
    try {
      key = JSON.parse(text) as string;
    } catch {
      this.refuse('it has no key and object');
    }
    if (!KEY.test(key)) this.refuse('its key is not one of an object');
    if (key <= this.last) this.refuse('its key does not follow the one before');
    this.last = key;
    return key;
  }

  private end({ objects, seal }: Json): void {
    this.ended = true;
    if (objects !== this.objects) this.refuse(`the file has ${this.objects} objects, not as many as this line says`);
    const given = Buffer.from(typeof seal === 'string' ? seal : '', 'base64url');
    const right = this.seal.digest();
    this.sealed = given.length === right.length && timingSafeEqual(given, right);
  }

  private refuse(what: string, line = this.lines): never {
    throw new FileRefused(`line ${line}: ${what}`);
  }
}
