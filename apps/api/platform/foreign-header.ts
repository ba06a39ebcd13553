import { z } from 'zod';
import { type ClusterHeader, EARLIEST, FileRefused, LARGEST_RATE, LATEST } from '#platform';
import { nodesSchema, profile } from './schemas/clusters.js';
import { label } from './schemas/texts.js';

const header = z.object({
  name: label,
  nodes: nodesSchema,
  features: z
    .object({ version: z.string().regex(/^v1\.[0-9]{1,2}\.[0-9]{1,2}$/), storage: z.literal('local-path') })
    .partial()
    .optional(),
  profile,
  clock: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('real') }),
    z.object({ mode: z.literal('scaled'), rate: z.number().min(0.001).max(LARGEST_RATE).optional() }),
    z.object({ mode: z.literal('frozen') }),
    z.object({ mode: z.literal('stepped') }),
  ]),
  seed: z.string().regex(/^[ -~]{1,64}$/),
  now: z.int().min(EARLIEST).max(LATEST),
  revision: z.int().min(0),
});

/** The header of a file that this installation has not written. Throws FileRefused. */
export function foreignHeader(found: object): ClusterHeader {
  const { success, data, error } = header.safeParse(found);
  if (success) return data as ClusterHeader;
  const [issue] = error.issues;
  throw new FileRefused(`line 1: ${issue?.path.join('.')}: ${issue?.message}`);
}
