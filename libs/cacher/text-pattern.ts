import { deepFreeze, type KubeObject, setOwn } from '#apimachinery';
import { stringsOf, type TextString } from './text-strings.js';

/** A pattern has at most so many places. */
const MOST_PLACES = 256;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where texts of a pattern differ: a part of a string. It consists of characters that stand for themselves in JSON. */
interface Place extends Span {
  readonly string: TextString;
  /** What is before and after it in the string. */
  readonly before: string;
  readonly after: string;
  readonly index: number;
}

/** What a copy of a value does not share: the value itself if it is a string, its key, members of it. */
interface Own {
  value?: Place;
  key?: Place;
  members?: Map<string, Own>;
  /** Whether a key of a member has a place. */
  renames?: boolean;
}

/** Characters of uids and times. */
const WORD = /^[\w:.+-]*$/;
const isWord = (text: string, at: number): boolean => WORD.test(text[at] ?? ' ');

/** The part of a string in which two texts differ, made larger to whole words. */
function differing(text: string, other: string, { start, end }: Span): Span {
  let from = start;
  let to = end;
  while (from < end && text[from] === other[from]) from += 1;
  while (to > from && text[to - 1] === other[to - 1]) to -= 1;
  while (from > start && isWord(text, from - 1)) from -= 1;
  while (to < end && isWord(text, to)) to += 1;
  return { start: from, end: to };
}

/** The content of a string of JSON; undefined if it does not begin or end there. */
function decoded(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}

/** A key that is read as a place must be one of managed fields, which names a member of a list: no number, and not __proto__. */
const KEY_BEGINS = 'k:{';

/** A place that has these parts of a string; undefined if there cannot be one. */
function placeIn(text: string, string: TextString, parts: readonly Span[], index: number): Place | undefined {
  const start = Math.min(...parts.map((part) => part.start));
  const end = Math.max(...parts.map((part) => part.end));
  const before = decoded(text.slice(string.start, start));
  const after = decoded(text.slice(end, string.end));
  if (before === undefined || after === undefined || !WORD.test(text.slice(start, end))) return undefined;
  if (string.path.includes('__proto__') || (string.isKey && !before.startsWith(KEY_BEGINS))) return undefined;
  return { string, start, end, before, after, index };
}

function below(own: Own, key: string): Own {
  own.members ??= new Map();
  const known = own.members.get(key) ?? {};
  own.members.set(key, known);
  return known;
}

/** What copies do not share. Their metadata is their own in any case, for its resourceVersion. */
function ownOf(places: readonly Place[]): Own {
  const top: Own = {};
  below(top, 'metadata').members = new Map();
  for (const place of places) {
    const { path, isKey } = place.string;
    const parent = path.slice(0, -1).reduce(below, top);
    const own = below(parent, path[path.length - 1] ?? '');
    if (isKey) parent.renames = true;
    own[isKey ? 'key' : 'value'] = place;
  }
  return top;
}

/** Freezes what is shared; returns the number of objects and lists that are copied. */
function freezeShared(value: unknown, own: Own | undefined): number {
  if (own?.members === undefined) {
    deepFreeze(value);
    return 0;
  }
  let copied = 1;
  for (const [key, member] of Object.entries(value as object)) copied += freezeShared(member, own.members.get(key));
  return copied;
}

const put = ({ before, after, index }: Place, values: readonly string[]): string =>
  before === '' && after === '' ? (values[index] as string) : before + (values[index] as string) + after;

function filled(value: unknown, { value: place, members, renames }: Own, values: readonly string[]): unknown {
  if (place !== undefined) return put(place, values);
  if (members === undefined) return value;
  if (renames) return renamed(value as object, members, values);
  const copy = (Array.isArray(value) ? value.slice() : { ...(value as object) }) as Record<string, unknown>;
  for (const [key, own] of members) copy[key] = filled(copy[key], own, values);
  return copy;
}

function renamed(value: object, members: Map<string, Own>, values: readonly string[]): object {
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const own = members.get(key);
    if (own === undefined) setOwn(copy, key, member);
    else copy[own.key ? put(own.key, values) : key] = filled(member, own, values);
  }
  return copy;
}

/** The object of a text from which it can be made again; undefined if the text is not as JSON.stringify writes an object with metadata. */
function parsed(text: string): KubeObject | undefined {
  try {
    const object = JSON.parse(text) as Partial<KubeObject> | null;
    const { metadata } = object ?? {};
    return typeof metadata === 'object' && metadata !== null && JSON.stringify(object) === text ? (object as KubeObject) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Texts that differ in words within strings alone, which are equally long in all of them: the objects of clusters that were copied from
 * one template differ in their uids and times. What they have in common is in memory once, frozen.
 */
export class TextPattern {
  /** The parts of the text before, between and after the places. */
  private readonly fixed: readonly string[];
  private readonly own: Own;
  /** Objects, lists and strings that each object of the pattern has of its own. */
  readonly copied: number;

  private constructor(
    private readonly text: string,
    private readonly object: KubeObject,
    private readonly places: readonly Place[],
  ) {
    this.fixed = [...places, undefined].map((place, index) => text.slice(places[index - 1]?.end ?? 0, place?.start));
    this.own = ownOf(places);
    // Copies have a place for it then, which costs less than adding it to each.
    object.metadata.resourceVersion = '';
    this.copied = places.length + freezeShared(object, this.own);
  }

  /** The pattern of two texts, and of those that another pattern of the first one has; undefined if they differ in more than words. */
  static of(text: string, other: string, known?: TextPattern): TextPattern | undefined {
    const object = parsed(text);
    if (object === undefined || text.length !== other.length) return undefined;
    const places: Place[] = [];
    const held = new Map(known?.places.map((place) => [place.string.start, place]));
    for (const string of stringsOf(object)) {
      const { start, end } = string;
      const parts: Span[] = text.slice(start, end) === other.slice(start, end) ? [] : [differing(text, other, string)];
      const part = held.get(start);
      if (part) parts.push(part);
      if (parts.length === 0) continue;
      const place = placeIn(text, string, parts, places.length);
      if (place === undefined || places.length >= MOST_PLACES) return undefined;
      places.push(place);
    }
    const pattern = new TextPattern(text, object, places);
    return pattern.valuesOf(other) && pattern;
  }

  /** The same for one more text. */
  widened(text: string): TextPattern | undefined {
    return TextPattern.of(this.text, text, this);
  }

  /** What a text has in the places where texts of this pattern differ; undefined if it is not one of them. */
  valuesOf(text: string): string[] | undefined {
    if (text.length !== this.text.length) return undefined;
    const values: string[] = [];
    let at = 0;
    for (let index = 0; index <= this.places.length; index += 1) {
      const place = this.places[index];
      // Slices are compared faster than startsWith does.
      if (text.slice(at, place?.start) !== this.fixed[index]) return undefined;
      if (place === undefined) break;
      const value = text.slice(place.start, place.end);
      if (!WORD.test(value)) return undefined;
      values.push(value);
      at = place.end;
    }
    return values;
  }

  /** The text with these values. */
  textOf(values: readonly string[]): string {
    let text = this.fixed[0] ?? '';
    for (let index = 0; index < values.length; index += 1) text += (values[index] as string) + (this.fixed[index + 1] as string);
    return text;
  }

  /** The same parsed, with a resourceVersion. What has no place in it is shared and frozen, except the metadata. */
  objectOf(values: readonly string[], resourceVersion: string): KubeObject {
    const object = filled(this.object, this.own, values) as KubeObject;
    object.metadata.resourceVersion = resourceVersion;
    return object;
  }
}
