import type { corev1 } from '#api';
import type { RunningProgram } from './programs.js';

/** How long an expansion or modification that can never succeed is not tried again, in milliseconds (--retry-interval-max). */
export const SLOW_RETRY = 300_000;

/** An event about a claim, as csi-resizer writes it. */
export function note(
  { recorder, name }: RunningProgram,
  about: corev1.PersistentVolumeClaim,
  [reason, message]: readonly [string, string],
): void {
  recorder.record({ about, type: reason.endsWith('Failed') ? 'Warning' : 'Normal', reason, message, source: `external-resizer ${name}` });
}
