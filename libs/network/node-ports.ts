import type { Random } from '#apimachinery';
import { bandOffset, pick } from './bands.js';

/** Node ports of Services (registry/core/service/portallocator). */

/** A range of ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The default range. */
export const NODE_PORT_RANGE: PortRange = { first: 30000, last: 32767 };

/** The message for a port that is taken (ErrAllocated). */
export const PORT_ALLOCATED = 'provided port is already allocated';

/** A free node port: random from the upper band, or from the lower one if that is full. Undefined: the range is full. */
export function pickNodePort(random: Random, taken: (port: number) => boolean, { first, last }: PortRange): number | undefined {
  const size = last - first + 1;
  return pick({ first, size, offset: bandOffset(size, { min: 16, max: 128, step: 32 }) }, random, taken);
}

/** Whether a port lies in a range. */
export const isInPortRange = (port: number, { first, last }: PortRange): boolean => port >= first && port <= last;

/** Why a number cannot be a node port, in upstream's words, whether it is taken or not; undefined if it can. */
export function nodePortError(port: number, range: PortRange): string | undefined {
  if (isInPortRange(port, range)) return undefined;
  return `provided port is not in the valid range. The range of valid ports is ${range.first}-${range.last}`;
}
