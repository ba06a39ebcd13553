import { isJsonObject, type KubeObject } from '#apimachinery';
import { limits } from '../limits.js';

/** Where a text was found. */
export type FoundIn = 'NAME' | 'LABEL' | 'ANNOTATION' | 'TEXT';

/** A text of an object that has the one that is searched for. */
export interface Match {
  readonly in: FoundIn;
  /** metadata.labels[app], spec.containers[0].image */
  readonly path: string;
  /** The text, or the part of it around what was found. */
  readonly text: string;
  /** How good it is; 0 is best: a name that is equal, one that begins with the text, one that has it, then labels, annotations, other texts. */
  readonly rank: number;
}

/** A value on the way down, and how it was reached. */
interface Place {
  readonly value: unknown;
  readonly key: string | number;
  readonly above: Place | undefined;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

function pathOf(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at; at = at.above) {
    const isPlain = typeof at.key === 'string' && PLAIN.test(at.key);
    keys.push(isPlain ? `${at.above ? '.' : ''}${at.key}` : `[${at.key}]`);
  }
  return keys.reverse().join('').slice(0, limits.filterText);
}

/** The part of a text around what was found. */
function around(text: string, at: number, length: number): string {
  const [from, to] = [Math.max(0, at - limits.searchContext), Math.min(text.length, at + length + limits.searchContext)];
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

/** Parts of objects that every search would find, or that nobody reads: a Secret's data is base64. */
function isLeftOut({ key, above }: Place, kind: string | undefined): boolean {
  if (above?.key === 'metadata' && !above.above)
    return ['managedFields', 'namespace', 'name', 'labels', 'annotations'].includes(String(key));
  return !above && (key === 'kind' || key === 'apiVersion' || (kind === 'Secret' && key === 'data'));
}

/**
 * The texts of an object apart from its name, labels and annotations, in its own order; of a ConfigMap's data the keys, too. An empty text for
 * each value that is none, so that looking for texts can be interrupted.
 */
function* texts(object: KubeObject): Generator<{ readonly place: Place; readonly text: string }, void, void> {
  const open: Place[] = [];
  /** Only what is or may have a text, the last one first: the first one is taken first. */
  const enter = (value: unknown, above: Place | undefined): void => {
    const keys = Array.isArray(value) ? undefined : isJsonObject(value) ? Object.keys(value) : [];
    for (let index = (keys ?? (value as readonly unknown[])).length - 1; index >= 0; index -= 1) {
      const key = (keys ? keys[index] : index) as string;
      const below = (value as Readonly<Record<string, unknown>>)[key];
      if (typeof below === 'string' || (typeof below === 'object' && below !== null)) open.push({ value: below, key, above });
    }
  };
  enter(object, undefined);
  for (let place = open.pop(); place; place = open.pop()) {
    if (isLeftOut(place, object.kind)) continue;
    if (place.above?.key === 'data' && !place.above.above) yield { place, text: String(place.key) };
    if (typeof place.value === 'string') yield { place, text: place.value };
    else {
      yield { place, text: '' };
      enter(place.value, place);
    }
  }
}

/** A text as it is compared: upper and lower case are the same. */
export const folded = (text: string): string => text.toLowerCase();

function nameMatch(name: string, wanted: string): Match[] {
  const at = folded(name).indexOf(wanted);
  if (at < 0) return [];
  const rank = at > 0 ? 2 : name.length > wanted.length ? 1 : 0;
  return [{ in: 'NAME', path: 'metadata.name', text: name, rank }];
}

function pairMatches(of: 'labels' | 'annotations', { metadata }: KubeObject, wanted: string): Match[] {
  return Object.entries(metadata[of] ?? {}).flatMap(([key, value]): Match[] => {
    const text = `${key}=${value}`;
    const at = folded(text).indexOf(wanted);
    if (at < 0) return [];
    const [place, rank] = of === 'labels' ? (['LABEL', 3] as const) : (['ANNOTATION', 4] as const);
    return [{ in: place, path: `metadata.${of}[${key}]`, text: around(text, at, wanted.length), rank }];
  });
}

/** Characters after which others get their turn; a value costs as much as a few of them. */
const STRETCH = 100_000;
const VALUE = 50;

/**
 * Where an object has a text: at most `limits.searchMatches` places, the best ones first. `wanted` is folded. `giveWay` is called between
 * stretches of long objects.
 */
export async function matchesOf(object: KubeObject, wanted: string, giveWay: () => Promise<void> | undefined): Promise<readonly Match[]> {
  const found = [
    ...nameMatch(object.metadata.name, wanted),
    ...pairMatches('labels', object, wanted),
    ...pairMatches('annotations', object, wanted),
  ].slice(0, limits.searchMatches);
  let looked = 0;
  for (const { place, text } of texts(object)) {
    if (found.length >= limits.searchMatches) break;
    looked += text.length + VALUE;
    if (looked > STRETCH) {
      looked = 0;
      const wait = giveWay();
      if (wait) await wait;
    }
    const at = folded(text).indexOf(wanted);
    if (at >= 0) found.push({ in: 'TEXT', path: pathOf(place), text: around(text, at, wanted.length), rank: 5 });
  }
  return found;
}
