import { z } from 'zod';
import { MOST_AT_ONCE } from '../several.js';
import { clockModes, rate } from './clock.js';
import { label } from './texts.js';

export const wholeOrMilli = z.string().regex(/^[1-9][0-9]{0,5}m?$/, 'must be a cpu quantity such as 4 or 500m');

export const bytes = z.string().regex(/^[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)$/, 'must be a memory quantity such as 8Gi');

/** The highest configurable limit of nodes (ORRERY_MAX_NODES); there are pod CIDRs for 8192. */
export const LARGEST_NODE_COUNT = 5_000;

/** Nodes of the control plane, each with a member of etcd. */
const MOST_CONTROL_PLANES = 7;

/** The nodes of a cluster, those of the control plane first. */
export const nodesSchema = z.strictObject({
  count: z.number().int().min(1).max(LARGEST_NODE_COUNT).default(3).describe('Number of nodes, including the control plane'),
  controlPlanes: z
    .number()
    .int()
    .min(1)
    .max(MOST_CONTROL_PLANES)
    .optional()
    .describe('How many of them run the control plane, each with a member of etcd; default 1'),
  cpu: wholeOrMilli.default('4'),
  memory: bytes.default('8Gi'),
  pods: z.number().int().min(1).max(1000).default(110),
});

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

export const several = z
  .number()
  .int()
  .min(1)
  .max(MOST_AT_ONCE)
  .optional()
  .describe('So many clusters alike: name-1, name-2 …, all or none; the answer lists them as items');

export const profile = z.enum(['realistic', 'instant']);

export const cloud = z.boolean().optional().describe('Whether its nodes are machines of a cloud, with a cloud-controller-manager');

export const storage = z
  .enum(['none', 'local-path'])
  .optional()
  .transform((chosen) => (chosen === 'none' ? undefined : chosen))
  .describe('local-path: volumes are provisioned as in kind, by local-path-provisioner and the default StorageClass standard');

export const createClusterSchema = z
  .strictObject({
    name: label,
    organization: z.string().max(63).optional().describe('Id or name of the owner; default the default organization'),
    template: label.optional().describe('A template of the organization; what it says of profile and clock may be changed'),
    nodes: nodesSchema.optional(),
    profile: profile.optional().describe('How long things take on the simulated machines; default realistic'),
    clock: clockModes.optional().describe('Default: real'),
    seed: seedRequest,
    cloud,
    storage,
    count: several,
  })
  .refine(
    ({ template, nodes, cloud: given, storage: chosen }) =>
      template === undefined || (nodes === undefined && given === undefined && chosen === undefined),
    'nodes, cloud and storage are those of the template',
  )
  .refine(({ nodes }) => (nodes?.controlPlanes ?? 1) <= (nodes?.count ?? 1), {
    path: ['nodes', 'controlPlanes'],
    error: 'must be at most the number of nodes',
  });

export const listClustersSchema = z.object({ organization: z.string().optional() });

export const kubeconfigSchema = z.object({ auth: z.enum(['token', 'certificate']).default('token') });

export const clusterSchema = z.object({
  id: z.string(),
  name: z.string(),
  organization: z.string().describe('Id of the owner'),
  server: z.string().describe("The cluster's Kubernetes API"),
  nodes: nodesSchema,
  cloud,
  storage: z.enum(['local-path']).optional(),
  version: z.string().optional().describe('The version of Kubernetes that it shows, if it is not that of the API'),
  profile,
  clock: z.object({
    mode: z.enum(['real', 'scaled', 'frozen', 'stepped']),
    rate: z.number().optional(),
    now: z.iso.datetime().optional().describe("Unset: the machine's time"),
  }),
  seed: z.string(),
  createdAt: z.iso.datetime(),
});

export const shownClusterSchema = clusterSchema.extend({
  revision: z.int().describe('The newest revision of its store'),
  oldestRevision: z.int().describe('The oldest one that lists, forks, restores and diffs can still be of'),
});

export const createdClusterSchema = clusterSchema.extend({ token: z.string(), kubeconfig: z.string() });

export const tokenSchema = z.object({ token: z.string() });
