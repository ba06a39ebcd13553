import { z } from 'zod';

const attribute = z.string().max(1000).default('');

const verb = z.string().min(1).max(1000);

const EITHER = 'exactly one of resourceAttributes and nonResourceAttributes must be given';

export const explainSchema = z
  .strictObject({
    user: z.string().min(1).max(1000),
    groups: z.array(z.string().max(1000)).max(100).optional().describe('Default: those that an authenticated user of that name has'),
    resourceAttributes: z
      .strictObject({
        verb,
        group: attribute,
        resource: z.string().min(1).max(1000),
        subresource: attribute,
        namespace: attribute,
        name: attribute,
      })
      .optional(),
    nonResourceAttributes: z.strictObject({ verb, path: z.string().min(1).max(4000) }).optional(),
  })
  .refine((asked) => (asked.resourceAttributes === undefined) !== (asked.nonResourceAttributes === undefined), EITHER)
  .describe('A request, as in the spec of a SubjectAccessReview');

const ruleSchema = z.looseObject({ verbs: z.array(z.string()) });

const explainedBindingSchema = z.object({
  kind: z.enum(['ClusterRoleBinding', 'RoleBinding']),
  name: z.string(),
  namespace: z.string().optional(),
  role: z.object({ kind: z.string(), name: z.string() }),
  subject: z.looseObject({ kind: z.string(), name: z.string() }).optional().describe('The subject that is the user'),
});

export const explanationSchema = z.object({
  allowed: z.boolean(),
  reason: z.string().optional().describe('What the authorizers say'),
  looked: z
    .object({ clusterRoleBindings: z.number().int(), roleBindings: z.number().int(), complete: z.boolean() })
    .describe('How many bindings were looked at, and whether those are all'),
  applying: z.array(explainedBindingSchema).describe('Bindings that apply to the user where the request is made'),
  allowedBy: z.object({ binding: explainedBindingSchema, rule: ruleSchema }).optional(),
  nearMisses: z
    .array(
      z.object({
        missing: z.enum(['verb', 'name', 'path', 'namespace', 'subject', 'resource', 'apiGroup', 'role']),
        binding: explainedBindingSchema,
        rule: ruleSchema.optional(),
      }),
    )
    .describe('Bindings that nearly allow it, nearest first, with what keeps each from it'),
  suggestion: z
    .object({ rule: ruleSchema, role: z.looseObject({}), binding: z.looseObject({}) })
    .optional()
    .describe('The least rule that would allow it, with a role and a binding to create'),
});
