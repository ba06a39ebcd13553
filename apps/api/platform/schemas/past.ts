import { z } from 'zod';
import { text } from './texts.js';

const pastRevision = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

export const pastListSchema = z.strictObject({
  resource: text.describe('Plural, singular, kind or short name, with or without its group: deployments, deploy, jobs.batch'),
  revision: pastRevision.optional().describe('Default: the current one'),
  namespace: text.optional().describe('Default: all'),
  labelSelector: z.string().max(4_000).optional(),
  fieldSelector: z.string().max(4_000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(500),
  continue: z.string().max(4_000).optional(),
});

export const pastObjectsSchema = z.object({
  revision: z.number().int(),
  items: z.array(z.looseObject({})),
  continue: z.string().optional(),
});

export const diffQuerySchema = z.strictObject({ from: pastRevision, to: pastRevision.optional().describe('Default: the current one') });

const fieldChangeSchema = z.object({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });

export const diffSchema = z.object({
  from: z.number().int(),
  to: z.number().int(),
  items: z.array(
    z.object({
      key: z.string(),
      change: z.enum(['created', 'updated', 'deleted']),
      revision: z.number().int(),
      fields: z.array(fieldChangeSchema),
    }),
  ),
  counts: z.object({ created: z.number().int(), updated: z.number().int(), deleted: z.number().int() }).describe('Of all that differ'),
  truncated: z.boolean(),
});

export const traceQuerySchema = z
  .strictObject({
    object: z
      .string()
      .max(300)
      .regex(/^[^/]+\/[^/]+$/, 'must be a resource and a name, as in deployment/web')
      .optional(),
    namespace: text.default('default'),
    revision: pastRevision
      .optional()
      .describe('The write; default: the last one of a client to the object, or backwards, the last one of all'),
    back: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true')
      .describe('Why the write was made, instead of what followed from it'),
    format: z.enum(['text', 'json']).default('text'),
  })
  .refine(({ object, revision }) => object !== undefined || revision !== undefined, 'object or revision is required');

export const traceSchema = z.object({
  steps: z.array(
    z.object({
      revision: z.number().int(),
      type: z.enum(['CREATED', 'UPDATED', 'DELETED', 'RULE']).describe('RULE: what a component does after a write, without one of its own'),
      component: z.string().nullable().describe('The component that wrote; null for a client'),
      user: z.string(),
      verb: z.string().nullable(),
      subresource: z.string().nullable(),
      requestId: z.string().describe('Of a client: the Audit-Id of its answer'),
      wokenBy: z.number().int().nullable().describe('The revision that woke the component'),
      depth: z.number().int(),
      at: z.iso.datetime(),
      sinceStartMs: z.number().int(),
      sinceCauseMs: z.number().int(),
      summary: z.string(),
      key: z.string(),
      changes: z.array(fieldChangeSchema).optional(),
    }),
  ),
  truncated: z.boolean(),
});
