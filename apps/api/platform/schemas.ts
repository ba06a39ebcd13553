import { z } from 'zod';
import { LOG_LIMITS } from '#audit';
import { FAULT_TYPES, FAULTY_COMPONENTS } from '#cluster';
import { EARLIEST, LARGEST_QUOTAS, LARGEST_RATE, LATEST, QUOTA_NAMES, type QuotaName } from '#platform';
import { MOST_AT_ONCE } from './several.js';

const label = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a DNS label: lower-case letters, digits and dashes');

const wholeOrMilli = z.string().regex(/^[1-9][0-9]{0,5}m?$/, 'must be a cpu quantity such as 4 or 500m');
const bytes = z.string().regex(/^[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)$/, 'must be a memory quantity such as 8Gi');

/** The highest configurable limit of nodes (ORRERY_MAX_NODES); there are pod CIDRs for 8192. */
export const LARGEST_NODE_COUNT = 5_000;

/** The nodes of a cluster; the first one is the control plane. */
const nodesSchema = z.strictObject({
  count: z.number().int().min(1).max(LARGEST_NODE_COUNT).default(3).describe('Number of nodes, including the control plane'),
  cpu: wholeOrMilli.default('4'),
  memory: bytes.default('8Gi'),
  pods: z.number().int().min(1).max(1000).default(110),
});

const instant = z.iso
  .datetime()
  .refine((text) => Date.parse(text) >= EARLIEST && Date.parse(text) <= LATEST, 'must be between 1970 and 9999');
const startAt = instant.transform(Date.parse).optional().describe('The initial time; default now');
const rate = z.number().min(0.001).max(LARGEST_RATE).optional().describe('How many times as fast as the machine; default 60');

const clockModes = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('real') }),
  z.strictObject({ mode: z.literal('scaled'), rate, startAt }),
  z.strictObject({ mode: z.literal('frozen'), startAt }).describe('Time stands still'),
  z.strictObject({ mode: z.literal('stepped'), startAt }).describe('Time moves only when it is advanced'),
]);
const clockRequest = clockModes.default({ mode: 'real' });

/** Time goes on from where it is. */
export const changeClusterSchema = z.strictObject({
  clock: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('real') }),
    z.strictObject({ mode: z.literal('scaled'), rate }),
    z.strictObject({ mode: z.literal('frozen') }),
    z.strictObject({ mode: z.literal('stepped') }),
  ]),
});

const NO_SEED = 'must be an integer or a string of 1 to 64 printable ASCII characters';

/** An integer is accepted in place of its decimal digits. */
const seedRequest = z
  .union([z.int().transform(String), z.string().regex(/^[ -~]{1,64}$/, NO_SEED)], { error: NO_SEED })
  .optional()
  .describe('The seed of names, uids, addresses and ports, but never of secrets; default random');

const several = z
  .number()
  .int()
  .min(1)
  .max(MOST_AT_ONCE)
  .optional()
  .describe('So many clusters alike: name-1, name-2 …, all or none; the answer lists them as items');

export const createClusterSchema = z.strictObject({
  name: label,
  organization: z.string().max(63).optional().describe('Id or name of the owner; default the default organization'),
  nodes: nodesSchema.prefault({}),
  profile: z.enum(['realistic', 'instant']).default('realistic').describe('How long things take on the simulated machines'),
  clock: clockRequest,
  seed: seedRequest,
  cloud: z.boolean().default(false).describe('Whether its nodes are machines of a cloud, with a cloud-controller-manager'),
  count: several,
});

const revision = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('A revision that the log still has');
const snapshot = label.optional().describe('The name of a snapshot of the cluster');
const onlyOne = (body: { revision?: number | undefined; snapshot?: string | undefined }) =>
  body.revision === undefined || body.snapshot === undefined;
const NOT_BOTH = 'revision and snapshot exclude each other';

export const forkSchema = z
  .strictObject({
    name: label,
    revision,
    snapshot,
    count: several,
    clock: clockModes.optional().describe("Default: a clock like the source's"),
  })
  .refine(onlyOne, NOT_BOTH);

export const createSnapshotSchema = z.strictObject({ name: label, revision });

export const snapshotSchema = z.object({
  name: z.string(),
  revision: z.number().int(),
  at: z.iso.datetime().describe('In cluster time'),
  createdAt: z.iso.datetime(),
});

export const restoreSchema = z
  .strictObject({ revision, snapshot })
  .refine(onlyOne, NOT_BOTH)
  .refine((body) => body.revision !== undefined || body.snapshot !== undefined, 'revision or snapshot is required');

export const resetSchema = z.strictObject({ to: label.optional().describe('A snapshot; default: the objects of a new cluster') });

export const restoredSchema = z.object({ revision: z.number().int().describe("The cluster's revision afterwards") });

export const createOrganizationSchema = z.strictObject({ name: label });

/** Ten years. */
const LONGEST_ADVANCE = 87_600 * 3_600_000;

const duration = z
  .string()
  .max(100)
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/, 'must be a duration such as 30s, 10m or 1h30m')
  .refine((text) => durationOf(text) <= LONGEST_ADVANCE, 'must be at most 87600h');

const objectWait = z
  .strictObject({
    object: z.string().max(300).describe('Resource and name: deployment/web, jobs.batch/sum'),
    namespace: label.optional().describe('Default: default'),
    condition: z.string().min(1).max(300).optional().describe('Available, or Available=False'),
    jsonPath: z.string().min(1).max(300).optional().describe('{.status.readyReplicas}'),
    value: z.string().max(300).optional().describe('What is at the path; default: anything'),
    deleted: z.literal(true).optional(),
  })
  .describe('As kubectl wait: one of condition, jsonPath and deleted');

const quiet = z
  .strictObject({ quiet: z.union([z.literal(true), duration]).describe('For how long nothing was written; true: 1m') })
  .describe('Until the cluster is quiet');

export const advanceSchema = z
  .strictObject({
    by: duration.optional().describe('How far to advance the clock'),
    to: instant.optional().describe('Alternatively: up to this time'),
    until: z
      .union([quiet, objectWait])
      .optional()
      .describe('What ends the advance before; without by and to, it ends after 1h at the latest'),
    wait: duration
      .optional()
      .describe('How long to wait for the answer; an advance that is under way then is answered with 202. Default 5m'),
  })
  .refine(({ by, to }) => by === undefined || to === undefined, 'by and to exclude each other')
  .refine(({ by, to, until }) => by !== undefined || to !== undefined || until !== undefined, 'by, to or until is required');

const happenedSchema = z.object({
  from: z.number().int(),
  to: z.number().int(),
  writes: z.number().int(),
  kinds: z.array(z.object({ kind: z.string(), created: z.number().int(), updated: z.number().int(), deleted: z.number().int() })),
  conditions: z.array(
    z.object({
      object: z.string(),
      type: z.string(),
      from: z.string().optional(),
      to: z.string(),
      reason: z.string().optional(),
      message: z.string().optional(),
      at: z.iso.datetime(),
    }),
  ),
  events: z.array(
    z.object({
      object: z.string(),
      type: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      count: z.number().int(),
      at: z.iso.datetime(),
    }),
  ),
  truncated: z.boolean().describe('Only the newest are listed'),
});

export const advancedSchema = z.object({
  now: z.iso.datetime(),
  target: z.iso.datetime().optional().describe('Set while it is under way'),
  met: z.boolean().optional().describe('Whether what it had to end with came'),
  failure: z.string().optional().describe('Why it was given up'),
  happened: happenedSchema.describe('What was written in it'),
});

const quotaShape = <S extends z.ZodType>(of: (most: number) => S) =>
  Object.fromEntries(QUOTA_NAMES.map((name) => [name, of(LARGEST_QUOTAS[name])])) as Record<QuotaName, S>;

export const quotasSchema = z
  .object(quotaShape(() => z.number().int()))
  .describe('`clusters` limits the number of clusters of the organization; the others apply to each cluster');

export const changeOrganizationSchema = z.strictObject({
  default: z.literal(true).optional().describe('The organization to use if none is given'),
  quotas: z
    .strictObject(quotaShape((most) => z.number().int().min(0).max(most).nullable().optional()))
    .optional()
    .describe('Omitted quotas are unchanged; null restores the default'),
});

export const organizationSchema = z.object({
  id: z.string(),
  name: z.string(),
  default: z.boolean(),
  quotas: quotasSchema,
  createdAt: z.iso.datetime(),
});

export const listClustersSchema = z.object({ organization: z.string().optional() });

export const kubeconfigSchema = z.object({ auth: z.enum(['token', 'certificate']).default('token') });

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

export const clusterSchema = z.object({
  id: z.string(),
  name: z.string(),
  organization: z.string().describe('Id of the owner'),
  server: z.string().describe("The cluster's Kubernetes API"),
  nodes: nodesSchema,
  profile: z.enum(['realistic', 'instant']),
  clock: z.object({
    mode: z.enum(['real', 'scaled', 'frozen', 'stepped']),
    rate: z.number().optional(),
    now: z.iso.datetime().optional().describe("Unset: the machine's time"),
  }),
  seed: z.string(),
  createdAt: z.iso.datetime(),
});

export const createdClusterSchema = clusterSchema.extend({ token: z.string(), kubeconfig: z.string() });
export const tokenSchema = z.object({ token: z.string() });
export const clockSchema = z.object({
  mode: z.enum(['real', 'scaled', 'frozen', 'stepped']),
  rate: z.number().optional(),
  now: z.iso.datetime().optional(),
  advance: advancedSchema.optional().describe('The running advance, or the last one'),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string(),
});

const text = z.string().max(300);

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
      type: z.enum(['CREATED', 'UPDATED', 'DELETED']),
      component: z.string().nullable().describe('The component that wrote; null for a client'),
      user: z.string(),
      verb: z.string().nullable(),
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
export const instanceSchema = z.object({
  name: z.string(),
  providerID: z.string(),
  type: z.string(),
  zone: z.string(),
  region: z.string(),
  addresses: z.array(z.object({ type: z.string(), address: z.string() })),
  running: z.boolean(),
});

export const instancePowerSchema = z.strictObject({ running: z.boolean() });

export const filePathSchema = z.strictObject({ path: z.string().min(1).max(255).describe('Below /etc/kubernetes') });

export const fileSchema = z.strictObject({ content: z.string().max(262_144) });

const componentState = z.object({
  running: z.boolean(),
  failure: z.string().optional().describe('Why it does not come up: what it says before it ends'),
  withoutEffect: z.array(z.string()).describe('Flags in its manifest, other than those of kubeadm, that change nothing here'),
});

export const nodeFileSchema = z
  .object({
    path: z.string(),
    content: z.string(),
    apiServer: componentState.optional(),
    controllerManager: componentState.optional(),
    scheduler: componentState.optional(),
  })
  .describe('A file that a component of a node reads; on control-plane, also whether the components that read it there are up');

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

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration in Go's format: `1h30m`, `0.5s`. */
export function durationOf(text: string): number {
  return [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ''] ?? 0), 0);
}
