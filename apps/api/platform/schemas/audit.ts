import { z } from 'zod';
import { LOG_LIMITS } from '#audit';
import { text } from './texts.js';

export const auditQuerySchema = z.strictObject({
  user: text.optional().describe('The name of the user who sent the request, or as whom it ran'),
  verb: text.optional().describe('get, list, watch, create, update, patch, delete, …'),
  resource: text.optional().describe('Plural, with or without a subresource: pods, pods/exec'),
  namespace: text.optional(),
  name: text.optional(),
  code: z
    .string()
    .regex(/^[1-5]([0-9][0-9]|xx)$/, 'must be a status code such as 403, or a class such as 4xx')
    .optional(),
  since: z.iso.datetime().optional().describe('Only requests that arrived at this time or later'),
  until: z.iso.datetime().optional().describe('Only requests that arrived before this time'),
  limit: z.coerce.number().int().min(1).max(LOG_LIMITS.largestPage).optional().describe(`Default ${LOG_LIMITS.page}`),
  continue: text.optional().describe('The `continue` of the previous page'),
});

const auditUserSchema = z.object({
  username: z.string(),
  groups: z.array(z.string()),
  uid: z.string().optional(),
  extra: z.record(z.string(), z.array(z.string())).optional(),
});

export const auditEventSchema = z
  .object({
    auditID: z.string().describe('The Audit-Id header of the answer'),
    level: z.enum(['Metadata', 'Request']).describe('Changes and messages are kept at the level Request; not for secrets'),
    requestReceivedTimestamp: z.iso.datetime().describe('In the time of the machine'),
    clusterTime: z.iso.datetime(),
    method: z.string(),
    verb: z.string(),
    requestURI: z.string(),
    user: auditUserSchema,
    impersonatedUser: auditUserSchema.optional(),
    sourceIPs: z.array(z.string()),
    userAgent: z.string(),
    objectRef: z
      .object({
        resource: z.string(),
        namespace: z.string().optional(),
        name: z.string().optional(),
        apiGroup: z.string().optional(),
        apiVersion: z.string(),
        subresource: z.string().optional(),
      })
      .optional(),
    dryRun: z.boolean(),
    responseStatus: z.object({ code: z.number().int(), reason: z.string().optional(), message: z.string().optional() }),
    errors: z.array(z.string()).describe('Errors of validation'),
    warnings: z.array(z.string()),
    annotations: z.record(z.string(), z.string()).describe('Who authorized it, what PodSecurity says, and the like'),
    flow: z.object({ flowSchema: z.string(), priorityLevel: z.string() }).optional(),
    admission: z
      .array(
        z.object({
          plugin: z.string(),
          phase: z.enum(['mutating', 'validating']),
          changes: z
            .array(z.object({ op: z.enum(['add', 'replace', 'remove']), path: z.string(), value: z.string().optional() }))
            .optional(),
          refused: z.string().optional(),
          milliseconds: z.number(),
        }),
      )
      .describe('The admission plugins that changed or refused something'),
    revision: z.number().int().optional().describe('The revision that the request wrote'),
    stages: z.array(z.object({ stage: z.string(), milliseconds: z.number() })),
    milliseconds: z.number(),
  })
  .describe('One request, as in an Event of audit.k8s.io/v1 where that has the same members');
