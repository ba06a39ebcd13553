import { z } from 'zod';
import { EARLIEST, LARGEST_RATE, LATEST } from '#platform';
import { label } from './texts.js';

const instant = z.iso
  .datetime()
  .refine((text) => Date.parse(text) >= EARLIEST && Date.parse(text) <= LATEST, 'must be between 1970 and 9999');

const startAt = instant.transform(Date.parse).optional().describe('The initial time; default now');

export const rate = z.number().min(0.001).max(LARGEST_RATE).optional().describe('How many times as fast as the machine; default 60');

export const clockModes = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('real') }),
  z.strictObject({ mode: z.literal('scaled'), rate, startAt }),
  z.strictObject({ mode: z.literal('frozen'), startAt }).describe('Time stands still'),
  z.strictObject({ mode: z.literal('stepped'), startAt }).describe('Time moves only when it is advanced'),
]);

/** Ten years. */
const LONGEST_ADVANCE = 87_600 * 3_600_000;

const duration = z
  .string()
  .max(100)
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/, 'must be a duration such as 30s, 10m or 1h30m')
  .refine((text) => durationOf(text) <= LONGEST_ADVANCE, 'must be at most 87600h');

const objectWait = z
  .strictObject({
    object: z.string().max(300).optional().describe('Resource and name: deployment/web, jobs.batch/sum'),
    resource: z.string().max(300).optional().describe('Instead of one object, all of a resource: pods'),
    labelSelector: z.string().max(4_000).optional().describe('Which of them'),
    namespace: label.optional().describe('Default: default'),
    allNamespaces: z.literal(true).optional(),
    for: z
      .string()
      .min(1)
      .max(600)
      .optional()
      .describe("As kubectl wait --for: condition=Ready, jsonpath='{.status.phase}'=Running, delete"),
    condition: z.string().min(1).max(300).optional().describe('Available, or Available=False'),
    jsonPath: z.string().min(1).max(300).optional().describe('{.status.readyReplicas}'),
    value: z.string().max(300).optional().describe('What is at the path; default: anything'),
    created: z.literal(true).optional(),
    deleted: z.literal(true).optional(),
    expression: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe('CEL over object, or over objects of the resource: objects.all(o, o.status.phase == "Running")'),
  })
  .describe('One of for, condition, jsonPath, created, deleted and expression, of one object or of all that are selected');

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
  reason: z.string().optional().describe('Why the expression had no value at the end'),
  failure: z.string().optional().describe('Why it was given up'),
  happened: happenedSchema.describe('What was written in it'),
});

export const clockSchema = z.object({
  mode: z.enum(['real', 'scaled', 'frozen', 'stepped']),
  rate: z.number().optional(),
  now: z.iso.datetime().optional(),
  advance: advancedSchema.optional().describe('The running advance, or the last one'),
});

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration in Go's format: `1h30m`, `0.5s`. */
export function durationOf(text: string): number {
  return [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ''] ?? 0), 0);
}
