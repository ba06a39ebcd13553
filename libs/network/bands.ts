import type { Random } from '#apimachinery';

/**
 * A range of numbers whose lower part is kept for what is asked for by name: dynamic allocation takes from the upper part first
 * (registry/core/service/ipallocator and portallocator; KEP-3070, KEP-3668).
 */
export interface Bands {
  first: number;
  /** How many numbers there are. */
  size: number;
  /** How many of them, from the first, are kept for static allocation. */
  offset: number;
}

/** min(max(min, size/step), max); nothing is kept in ranges not bigger than the least. */
export function bandOffset(size: number, { min, max, step }: { min: number; max: number; step: number }): number {
  return size <= min ? 0 : Math.min(Math.max(min, Math.floor(size / step)), max);
}

/** Walks a part of the range from a random place, round the end, to the first free number. */
function pickFrom(start: number, size: number, random: Random, taken: (number: number) => boolean): number | undefined {
  if (size <= 0) return undefined;
  const from = Math.floor(random.next() * size);
  for (let i = 0; i < size; i++) {
    const number = start + ((from + i) % size);
    if (!taken(number)) return number;
  }
  return undefined;
}

/** A free number: of the upper part, and of the lower one when that is full. Undefined: the range is full. */
export function pick({ first, size, offset }: Bands, random: Random, taken: (number: number) => boolean): number | undefined {
  return pickFrom(first + offset, size - offset, random, taken) ?? pickFrom(first, offset, random, taken);
}
