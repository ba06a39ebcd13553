import { z } from 'zod';
import { FAULT_TYPES, FAULTY_COMPONENTS } from '#cluster';

export const faultRequestSchema = z.strictObject({
  type: z.enum(FAULT_TYPES),
  component: z.enum(FAULTY_COMPONENTS).optional().describe('Unset: the node as a whole'),
  node: z.string().min(1).max(253).optional(),
  exitCode: z.number().int().min(0).max(255).optional().describe('Of a crash; default 1'),
  delay: z.string().max(32).optional().describe('Of slow and slow-pull: a duration such as 30s'),
  skew: z.string().max(32).optional().describe('Of skew-clock: by how much the clock is ahead, such as -48h'),
  image: z.string().min(1).max(255).optional().describe('Of slow-pull and fail-pull: * stands for any text; default all images'),
  peer: z.string().min(1).max(253).optional().describe('The other end of a cut; unset: all other nodes'),
});

export const etcdSchema = z.object({
  members: z.array(
    z.object({
      name: z.string().describe('The node that it runs on; empty if it was added and has not been started'),
      role: z.enum(['leader', 'follower', 'candidate', 'learner', 'stopped']),
      term: z.number().int(),
      leader: z.string().optional().describe('The node of the leader that it knows'),
    }),
  ),
  leader: z.string().optional().describe('The node of the leader that a majority follows; unset: nothing can be written'),
  revision: z.number().int(),
  dbSize: z.number().int(),
  alarms: z.array(z.literal('NOSPACE')),
});

export const faultSchema = faultRequestSchema.extend({
  id: z.string(),
  since: z.iso.datetime().describe('In the time of the cluster'),
  symptoms: z.array(z.string()).describe('What can be seen of it'),
});
