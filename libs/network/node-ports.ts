import type { Random } from '#apimachinery';
import { bandOffset, pick } from './bands.js';

/** Node ports of Services (registry/core/service/portallocator). */

/** The default range, both ends included. */
export const NODE_PORT_RANGE = { first: 30000, last: 32767 } as const;

/** The message for a port that is taken (ErrAllocated). */
export const PORT_ALLOCATED = 'provided port is already allocated';

const SIZE = NODE_PORT_RANGE.last - NODE_PORT_RANGE.first + 1;
const BANDS = { first: NODE_PORT_RANGE.first, size: SIZE, offset: bandOffset(SIZE, { min: 16, max: 128, step: 32 }) };

/** A free node port: random from the upper band, or from the lower one if that is full. Undefined: the range is full. */
export function pickNodePort(random: Random, taken: (port: number) => boolean): number | undefined {
  return pick(BANDS, random, taken);
}

/** Why a number cannot be a node port, in upstream's words, whether it is taken or not; undefined if it can. */
export function nodePortError(port: number): string | undefined {
  if (port >= NODE_PORT_RANGE.first && port <= NODE_PORT_RANGE.last) return undefined;
  const { first, last } = NODE_PORT_RANGE;
  return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
}
