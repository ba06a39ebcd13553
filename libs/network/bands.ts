import type { Random } from '#apimachinery';

/**
 * A range of numbers whose lower part is reserved for static allocation: dynamic allocation uses the upper part first
 * (registry/core/service/ipallocator and portallocator; KEP-3070, KEP-3668).
 */
export interface Bands {
  first: number;
  /** How many numbers there are. */
  size: number;
  /** How many of them, from the first, are reserved for static allocation. */
  offset: number;
}

/** min(max(min, size/step), max); nothing is reserved in ranges of at most the minimum size. */
export function bandOffset(size: number, { min, max, step }: { min: number; max: number; step: number }): number {
  return size <= min ? 0 : Math.min(Math.max(min, Math.floor(size / step)), max);
}

/** Searches a part of the range from a random position, wrapping around, for the first free number. */
function pickFrom(start: number, size: number, random: Random, taken: (number: number) => boolean): number | undefined {
  if (size <= 0) return undefined;
  const from = Math.floor(random.next() * size);
  for (let i = 0; i < size; i++) {
    const number = start + ((from + i) % size);
    if (!taken(number)) return number;
  }
  return undefined;
}

/** A free number: from the upper part, or from the lower one if that is full. Undefined: the range is full. */
export function pick({ first, size, offset }: Bands, random: Random, taken: (number: number) => boolean): number | undefined {
  return pickFrom(first + offset, size - offset, random, taken) ?? pickFrom(first, offset, random, taken);
}
