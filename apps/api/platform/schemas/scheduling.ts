import { z } from 'zod';

export const schedulingQuerySchema = z.strictObject({
  pod: z
    .string()
    .max(507)
    .regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/)
    .describe('NAMESPACE/NAME'),
});

export const whatIfSchema = z.strictObject({
  pod: z.looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) }).describe('The manifest of a pod'),
});

const schedulingVerdict = z.object({ plugin: z.string(), passed: z.boolean(), reasons: z.array(z.string()).optional() });

export const schedulingSchema = z
  .object({
    pod: z.string(),
    state: z.enum(['bound', 'pending', 'gated', 'notOurs', 'schedulerDown']),
    revision: z.int().describe('The revision whose objects the decision was made over, or would be'),
    boundTo: z.string().optional().describe('The node that the pod has got'),
    note: z.string().optional(),
    schedulerName: z.string().optional(),
    node: z.string().optional().describe('The node that is chosen over these objects'),
    message: z.string().optional().describe('Why none is, as in the condition PodScheduled'),
    preemption: z.object({ node: z.string(), victims: z.array(z.string()) }).optional(),
    nodes: z
      .array(
        z.object({
          node: z.string(),
          feasible: z.boolean(),
          filters: z.array(schedulingVerdict),
          scores: z.array(z.object({ plugin: z.string(), score: z.number(), weight: z.number() })).optional(),
          total: z.number().optional(),
        }),
      )
      .optional()
      .describe('Each node with the verdict of every filter and the score of every plugin, the best one first'),
    nodesLeftOut: z.int().optional(),
  })
  .describe('Why a pod is on its node, or why it is pending');
