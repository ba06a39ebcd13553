import { hash } from 'node:crypto';
import type { Random, RandomSource } from './clock.js';

/** apimachinery/pkg/util/rand: no vowels, no 0, 1 and 3, so that no words appear in names. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** 32 random bits at a time. */
type Bits = () => number;

function suffixFrom(bits: Bits, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += ALPHABET[(((bits() >>> 0) * ALPHABET.length) / 2 ** 32) | 0];
  return text;
}

function word(bits: number): string {
  return `${HEX[bits >>> 24]}${HEX[(bits >>> 16) & 255]}${HEX[(bits >>> 8) & 255]}${HEX[bits & 255]}`;
}

function uuidFrom(bits: Bits): string {
  const b = word((bits() & 0xffff0fff) | 0x4000);
  const c = word((bits() & 0x3fffffff) | 0x80000000);
  return `${word(bits())}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${word(bits())}`;
}

/** sfc32, Chris Doty-Humphrey's small fast counting generator. */
function sfc32(a: number, b: number, c: number, counter: number): Bits {
  return () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t;
  };
}

/** The values derived from a text: 128 bits of its SHA-256, and sfc32 for further ones. */
function randomOf(text: string): Random {
  const digest = hash('sha256', text);
  const word = (at: number) => Number.parseInt(digest.slice(at * 8, at * 8 + 8), 16) | 0;
  let used = 0;
  let further: Bits | undefined;
  const bits: Bits = () => {
    if (used < 4) return word(used++);
    further ??= sfc32(word(4), word(5), word(6), word(7));
    return further();
  };
  return {
    next: () => (bits() >>> 0) / 2 ** 32,
    uuid: () => uuidFrom(bits),
    suffix: (length) => suffixFrom(bits, length),
  };
}

/** The version 4 UUID that belongs to a text, always the same one: ids of machines and processes, whose text is what they are. */
export const uuidOf = (text: string): string => randomOf(text).uuid();

/**
 * The random source of a cluster's seed. `moment` distinguishes draws at different times with the same purpose and key: hosts pass the
 * newest revision that the process knows and the cluster's time. The hash is cryptographic, so that uids (122 bits of it) do not collide.
 */
export function seededRandom(seed: string, moment: () => string = () => ''): RandomSource {
  return { draw: (purpose, key) => randomOf(`${seed}\0${moment()}\0${purpose}\0${key}`) };
}

/** A source with different values, for the nth of several concurrent operations that would otherwise draw the same. */
export function nthRandom(source: RandomSource, n: number): RandomSource {
  return n === 0 ? source : { draw: (purpose, key) => source.draw(purpose, `${key}\0${n}`) };
}
