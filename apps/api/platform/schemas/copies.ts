import { z } from 'zod';
import { clockModes } from './clock.js';
import { several } from './clusters.js';
import { label } from './texts.js';

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

/** What is made of a file; the file is the body. */
export const importSchema = z.strictObject({
  name: label.optional().describe('Default: the name that the cluster had'),
  organization: z.string().max(63).optional().describe('Id or name of the owner; default the default organization'),
});

export const restoredSchema = z.object({ revision: z.number().int().describe("The cluster's revision afterwards") });
