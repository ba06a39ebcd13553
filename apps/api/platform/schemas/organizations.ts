import { z } from 'zod';
import { LARGEST_QUOTAS, QUOTA_NAMES, type QuotaName } from '#platform';
import { label } from './texts.js';

export const createOrganizationSchema = z.strictObject({ name: label });

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
