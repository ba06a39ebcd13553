import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { maxDepth, maxStrictErrors } from '../limits.js';
import type { Parsed } from './events.js';
import { NumberText, type Scalar, scalarOf } from './scalar.js';
import { YamlError } from './yaml-error.js';

/** The cost and depth of a collection that an alias refers to. */
interface Measured {
  /** Number of nodes in it, including itself and those of aliases: goyaml's decode operations. */
  nodes: number;
  depth: number;
  /** Its end has been read. */
  closed: boolean;
}

export class YamlList implements Measured {
  readonly items: YamlValue[] = [];
  nodes = 1;
  depth = 1;
  closed = false;
}

export class YamlMap implements Measured {
  readonly entries = new Map<string, YamlValue>();
  nodes = 1;
  depth = 1;
  closed = false;
}

/** A parsed node. Aliases share collections: nothing is expanded before it is encoded. */
export type YamlValue = Scalar | YamlList | YamlMap;

type Collection = YamlList | YamlMap;

/** A collection whose end has not been read yet. */
interface Frame {
  collection: Collection | undefined;
  start: number;
  /** For a map: the key that waits for its value. */
  key?: Added;
}

/** A node that is added to a collection. */
interface Added {
  value: YamlValue;
  position: number;
  /** Is the merge key `<<`. */
  merge?: boolean;
  alias?: boolean;
}

const isCollection = (value: YamlValue): value is Collection => value instanceof YamlList || value instanceof YamlMap;

const wantMap = () => new YamlError('yaml: map merge requires map or sequence of maps as the value');
const tooDeep = () => new YamlError(`yaml: exceeded max depth of ${maxDepth}`);

/** The fraction of a document's nodes that may come from aliases (goyaml.v2 decode.go allowedAliasRatio). */
function allowedAliasRatio(nodes: number): number {
  const [low, high] = [400_000, 4_000_000];
  if (nodes <= low) return 0.99;
  return nodes >= high ? 0.1 : 0.99 - 0.89 * ((nodes - low) / (high - low));
}

/** A key as a string, as sigs.k8s.io/yaml writes it (convertToJSONableObject). */
function keyText(key: YamlValue): string {
  if (typeof key === 'string') return key;
  if (key instanceof NumberText) return /[.e]/.test(key.text) ? String(Number(Number(key.text).toPrecision(9))) : key.text;
  if (typeof key === 'boolean') return String(key);
  if (key === null) throw new YamlError('unsupported map key of type: %!s(<nil>), key: <nil>');
  throw new YamlError(`yaml: invalid map key: ${key instanceof YamlMap ? 'map[interface {}]interface {}' : '[]interface {}'}{...}`);
}

/** As Go's %#v prints it. */
const shownKey = (key: YamlValue, text: string): string => (typeof key === 'string' ? JSON.stringify(text) : text);

/** Builds the values of one document from its events, as goyaml.v2 decodes them. */
class Constructor {
  readonly repeated: string[] = [];
  private readonly anchors = new Map<string, YamlValue>();
  private readonly frames: Frame[] = [];
  private nodes = 0;
  private aliasNodes = 0;
  private root: YamlValue = null;
  /** Lines are counted only on demand, starting from the last position. */
  private counted = { position: 0, line: 1 };

  constructor(private readonly parsed: Parsed) {}

  document(): YamlValue {
    for (const event of this.parsed.events) this.event(event);
    this.checkAliases();
    return this.root;
  }

  private event(event: Event): void {
    if (event.type === EVENT_ID.SCALAR) this.scalar(event);
    else if (event.type === EVENT_ID.POP) this.close();
    else if (event.type === EVENT_ID.ALIAS) this.alias(event);
    else if (event.type === EVENT_ID.MAPPING) this.open(new YamlMap(), event);
    else if (event.type === EVENT_ID.SEQUENCE) this.open(new YamlList(), event);
    else this.frames.push({ collection: undefined, start: 0 });
  }

  private scalar(event: Event & { type: typeof EVENT_ID.SCALAR }): void {
    const { text } = this.parsed;
    const source = getScalarValue(text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const tag = event.tagStart < 0 ? '' : text.slice(event.tagStart, event.tagEnd);
    const value = scalarOf(source, plain, tag);
    if (event.anchorStart >= 0) this.anchors.set(text.slice(event.anchorStart, event.anchorEnd), value);
    this.nodes += 1;
    this.add(value, event.valueStart, { merge: source === '<<' && ((plain && tag === '') || tag === '!!merge') });
  }

  private alias({ anchorStart, anchorEnd }: Event & { type: typeof EVENT_ID.ALIAS }): void {
    const name = this.parsed.text.slice(anchorStart, anchorEnd);
    const value = this.anchors.get(name);
    if (value === undefined) throw new YamlError(`yaml: unknown anchor '${name}' referenced`);
    if (isCollection(value) && !value.closed) throw new YamlError(`yaml: anchor '${name}' value contains itself`);
    const expanded = isCollection(value) ? value.nodes : 1;
    this.nodes += 1 + expanded;
    this.aliasNodes += expanded;
    this.checkAliases();
    this.add(value, anchorStart, { alias: true });
  }

  private checkAliases(): void {
    if (this.aliasNodes > 100 && this.nodes > 1000 && this.aliasNodes / this.nodes > allowedAliasRatio(this.nodes)) {
      throw new YamlError('yaml: document contains excessive aliasing');
    }
  }

  private open(collection: Collection, event: Event & { anchorStart: number; anchorEnd: number; start: number }): void {
    if (event.anchorStart >= 0) this.anchors.set(this.parsed.text.slice(event.anchorStart, event.anchorEnd), collection);
    this.nodes += 1;
    this.frames.push({ collection, start: event.start });
  }

  private close(): void {
    const frame = this.frames.pop();
    const collection = frame?.collection;
    if (collection === undefined) return;
    collection.closed = true;
    this.add(collection, frame?.start ?? 0, {});
  }

  private add(value: YamlValue, position: number, as: Pick<Added, 'merge' | 'alias'>): void {
    const frame = this.frames.at(-1);
    const collection = frame?.collection;
    if (frame === undefined || collection === undefined) {
      this.root = value;
      return;
    }
    if (isCollection(value)) {
      collection.depth = Math.max(collection.depth, value.depth + 1);
      if (collection.depth > maxDepth) throw tooDeep();
      collection.nodes += value.nodes;
    } else collection.nodes += 1;
    if (collection instanceof YamlList) collection.items.push(value);
    else this.addToMap(frame, collection, { value, position, ...as });
  }

  private addToMap(frame: Frame, map: YamlMap, added: Added): void {
    const { key } = frame;
    if (key === undefined) {
      frame.key = added;
      return;
    }
    delete frame.key;
    const position = added.position < 0 ? key.position : added.position;
    if (key.merge !== true) this.set(map, key.value, { value: added.value, position });
    // An alias may refer to a map here, but not to a list of maps.
    else if (added.alias && !(added.value instanceof YamlMap)) throw wantMap();
    else this.merge(map, added.value, position);
  }

  private set(map: YamlMap, key: YamlValue, { value, position }: Added): void {
    const text = keyText(key);
    if (map.entries.has(text) && this.repeated.length < maxStrictErrors) {
      this.repeated.push(`line ${this.lineOf(position)}: key ${shownKey(key, text)} already set in map`);
    }
    map.entries.set(text, value);
  }

  /** goyaml.v2 merges at the position of the key: later values take precedence, and in a list the first (decode.go merge). */
  private merge(map: YamlMap, value: YamlValue, position: number): void {
    const maps = value instanceof YamlList ? value.items.toReversed() : [value];
    for (const from of maps) {
      if (!(from instanceof YamlMap)) throw wantMap();
      for (const [key, member] of from.entries) this.set(map, key, { value: member, position });
    }
  }

  private lineOf(position: number): number {
    const { text } = this.parsed;
    let { position: at, line } = this.counted;
    if (position < at) [at, line] = [0, 1];
    for (let next = text.indexOf('\n', at); next >= 0 && next < position; next = text.indexOf('\n', at)) {
      at = next + 1;
      line += 1;
    }
    this.counted = { position: at, line };
    return line;
  }
}

/** The value of a document, and its duplicate keys: at most a hundred are reported, where upstream reports all. Throws YamlError. */
export function construct(parsed: Parsed): { value: YamlValue; repeated: readonly string[] } {
  const made = new Constructor(parsed);
  return { value: made.document(), repeated: made.repeated };
}
