import { randomFillSync, randomUUID } from 'node:crypto';
import type { Random } from './clock.js';

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

/** Spreads a text over 128 bits (FNV-1a with four offsets), so that near seeds give unlike sequences. */
function seedWords(seed: string): [number, number, number, number] {
  const words = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  return words.map((start) => {
    let hash = start;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    return hash | 0;
  }) as [number, number, number, number];
}

/** A random source that gives the same sequence for the same seed (a cluster's id, say). Not for secrets. */
export function seededRandom(seed: string | number): Random {
  const bits = sfc32(...seedWords(String(seed)));
  for (let i = 0; i < 15; i++) bits();
  return {
    next: () => (bits() >>> 0) / 2 ** 32,
    uuid: () => uuidFrom(bits),
    suffix: (length) => suffixFrom(bits, length),
  };
}

const pool = new Uint32Array(256);
let used = pool.length;

function systemBits(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++] ?? 0;
}

/** The machine's own randomness, unpredictable. */
export const systemRandom: Random = {
  next: () => (systemBits() >>> 0) / 2 ** 32,
  uuid: () => randomUUID(),
  suffix: (length) => suffixFrom(systemBits, length),
};
