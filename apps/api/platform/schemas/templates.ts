import { z } from 'zod';
import { NODE_PRESETS } from '#kubeadm';
import { clockModes } from './clock.js';
import { bytes, cloud, LARGEST_NODE_COUNT, nodesSchema, profile, storage, wholeOrMilli } from './clusters.js';
import { faultRequestSchema } from './faults.js';
import { label } from './texts.js';

/** Characters of manifests. */
const LONGEST_MANIFESTS = 512 * 1024;

const version = z
  .string()
  .regex(/^v1\.(2[0-9]|3[0-6])\.[0-9]{1,2}$/, 'must be a version such as v1.35.3, at most v1.36')
  .describe('The version of Kubernetes that is shown; the API is always that of v1.36');

const taint = z.strictObject({
  key: z.string().min(1).max(317),
  value: z.string().max(63).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

const namedNode = z.strictObject({
  name: label,
  role: z.enum(['control-plane', 'worker']).default('worker'),
  cpu: wholeOrMilli.optional(),
  memory: bytes.optional(),
  pods: z.number().int().min(1).max(1000).optional(),
  labels: z.record(z.string().max(317), z.string().max(63)).optional(),
  taints: z.array(taint).max(20).optional().describe("Default: kubeadm's for the control plane of several nodes"),
  zone: z.string().min(1).max(63).optional(),
  region: z.string().min(1).max(63).optional(),
  version: version.optional().describe("Of its kubelet; default the template's"),
});

const presetSchema = nodesSchema.extend({
  preset: z.enum(NODE_PRESETS).optional().describe('How the nodes are named; default kubeadm'),
});

const nodeList = z
  .array(namedNode)
  .min(1)
  .max(LARGEST_NODE_COUNT)
  .refine((nodes) => nodes.some(({ role }) => role === 'control-plane'), 'one of them must have the role control-plane')
  .refine((nodes) => new Set(nodes.map(({ name }) => name)).size === nodes.length, 'names must differ');

/** What a template is made of, with the nodes by number or one by one. */
export const templateBody = z.strictObject({
  nodes: z
    .union([presetSchema.refine(({ count, controlPlanes = 1 }) => controlPlanes <= count, 'controlPlanes: at most count'), nodeList])
    .prefault({}),
  version: version.optional(),
  cloud,
  storage,
  manifests: z.string().min(1).max(LONGEST_MANIFESTS).optional().describe('Objects to start with: YAML or JSON, created in their order'),
  faults: z.array(faultRequestSchema).max(20).optional().describe('What is broken from the beginning'),
  profile: profile.optional().describe('Of its clusters, unless the request says otherwise; default realistic'),
  clock: clockModes.optional().describe('Of its clusters, unless the request says otherwise; default real'),
});

export const createTemplateSchema = templateBody.extend({ name: label });

export const templateSchema = z.object({
  name: z.string(),
  nodes: z.array(namedNode),
  version: z.string().optional(),
  cloud: z.boolean().optional(),
  storage: z.enum(['local-path']).optional(),
  manifests: z.string().optional(),
  faults: z.array(faultRequestSchema).optional(),
  profile: profile.optional(),
  clock: z
    .object({ mode: z.enum(['real', 'scaled', 'frozen', 'stepped']), rate: z.number().optional(), startAt: z.iso.datetime().optional() })
    .optional(),
  createdAt: z.iso.datetime(),
});
