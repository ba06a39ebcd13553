import type { StoredObject } from '#storage';
import { type Alike, alikeObject, cachedObject, sizeInMemory } from './cached-object.js';
import type { CachedObject } from './cacher.js';
import { ALIKE, type AlikeLimits } from './limits.js';
import { TextPattern } from './text-pattern.js';

/** A text of a key, and its pattern once there was a second one that is alike. */
interface Known {
  text: string;
  alike?: Alike;
  /** How often a text did not fit. */
  attempts: number;
}

/** Texts in the places of patterns of which one copy is kept: most are times that occur many times in a cluster. */
const MOST_VALUES = 1_024;

/**
 * Finds objects of different clusters that differ in words within their strings alone, among those with the same key. Nothing needs to be
 * said of where they come from: whether a text fits a pattern is seen from the text itself, so no cluster learns anything of another.
 */
export class AlikeObjects {
  private young = new Map<string, Known[]>();
  private old = new Map<string, Known[]>();
  private bytes = 0;
  private values = new Map<string, string>();

  constructor(private readonly limits: AlikeLimits = ALIKE) {}

  /** All objects of a cluster in the form the cache returns them. */
  load(objects: readonly StoredObject[]): CachedObject[] {
    let left = this.limits.learned;
    return objects.map((stored) => {
      const { key, value: text } = stored;
      const known = text.length <= this.limits.longest ? this.known(key, text) : undefined;
      if (known === undefined) return cachedObject(stored);
      let values = known.alike?.pattern.valuesOf(text);
      if (values === undefined && known.attempts < this.limits.attempts && left > 0) {
        left -= text.length;
        values = learned(known, key, text);
      }
      if (values === undefined || known.alike === undefined) return cachedObject(stored);
      return alikeObject(known.alike, this.own(values), stored);
    });
  }

  /** What is known of the texts of a key that are as long as this one; undefined if it is the first one. */
  private known(key: string, text: string): Known | undefined {
    const young = this.young.get(key);
    const all = young ?? this.old.get(key) ?? [];
    const found = all.find((known) => known.text.length === text.length);
    if (found === undefined) this.keep(key, [{ text, attempts: 0 }, ...all].slice(0, this.limits.lengths));
    else if (young === undefined) this.keep(key, all);
    return found;
  }

  /** Copies of the values: slices would keep the whole text in memory. */
  private own(values: string[]): string[] {
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as string;
      let copy = this.values.get(value);
      if (copy === undefined) {
        if (this.values.size >= MOST_VALUES) this.values = new Map();
        copy = Buffer.from(value, 'latin1').toString('latin1');
        this.values.set(copy, copy);
      }
      values[index] = copy;
    }
    return values;
  }

  private keep(key: string, known: Known[]): void {
    this.bytes += known.reduce((sum, { text }) => sum + text.length, 0);
    if (this.bytes > this.limits.bytes / 2) {
      this.old = this.young;
      this.young = new Map();
      this.bytes = known.reduce((sum, { text }) => sum + text.length, 0);
    }
    this.young.set(key, known);
  }
}

/** Learns from a text that did not fit; returns its values if it does then. */
function learned(known: Known, key: string, text: string): string[] | undefined {
  known.attempts += 1;
  const pattern = known.alike ? known.alike.pattern.widened(text) : TextPattern.of(known.text, text);
  if (pattern) known.alike = { key: known.alike?.key ?? key, pattern, bytes: sizeInMemory(key, text) };
  return pattern?.valuesOf(text);
}

const shared = new AlikeObjects();

/** All objects of a cluster; what they have in common with those of other clusters is in memory once. */
export const loadedObjects = (objects: readonly StoredObject[]): CachedObject[] => shared.load(objects);
