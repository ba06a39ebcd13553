import { z } from 'zod';
import { FAULT_TYPES, FAULTY_COMPONENTS } from '#cluster';

export const faultRequestSchema = z.strictObject({
  type: z.enum(FAULT_TYPES),
  component: z.enum(FAULTY_COMPONENTS).optional().describe('Unset: the node as a whole'),
  node: z.string().min(1).max(253).optional(),
  peer: z.string().min(1).max(253).optional().describe('The other end of a cut; unset: all other nodes'),
});

export const etcdSchema = z.object({
  members: z.array(
    z.object({
      name: z.string().describe('The node that it runs on'),
      role: z.enum(['leader', 'follower', 'candidate', 'stopped']),
      term: z.number().int(),
      leader: z.string().optional().describe('The node of the leader that it knows'),
    }),
  ),
  leader: z.string().optional().describe('The node of the leader that a majority follows; unset: nothing can be written'),
  revision: z.number().int(),
  dbSize: z.number().int(),
});

export const faultSchema = faultRequestSchema.extend({
  id: z.string(),
  since: z.iso.datetime().describe('In the time of the cluster'),
});
