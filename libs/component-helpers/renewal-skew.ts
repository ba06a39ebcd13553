import type { coordinationv1 } from '#api';
import { parseTime } from '#apimachinery';

/** What the API server notes of the time of a write is cut to whole seconds, and the write may come a little later. */
const TOLERANCE = 1_500;

/** Whether an entry of managedFields says who wrote the time of renewal. */
const isRenewal = ({ fieldsV1 }: { fieldsV1?: unknown }): boolean =>
  (fieldsV1 as { 'f:spec'?: Record<string, unknown> } | undefined)?.['f:spec']?.['f:renewTime'] !== undefined;

/** The manager that wrote the time of renewal of a Lease last, as far as its managedFields tell. */
export const renewalManager = ({ metadata }: coordinationv1.Lease): string | undefined => metadata.managedFields?.find(isRenewal)?.manager;

/**
 * By how many milliseconds the clock of a Lease's holder was ahead when it renewed it: the time that it wrote against the one at which the
 * API server noted the write in managedFields. In whole seconds; 0 if it was not.
 */
export function renewalSkew({ metadata, spec }: coordinationv1.Lease): number {
  const renewed = parseTime(spec?.renewTime ?? '');
  const noted = parseTime(metadata.managedFields?.find(isRenewal)?.time ?? '');
  if (renewed === undefined || noted === undefined || Math.abs(renewed - noted) < TOLERANCE) return 0;
  return Math.floor((renewed - noted) / 1_000) * 1_000;
}
