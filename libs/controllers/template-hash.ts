import type { corev1 } from '#api';

/** Alphabet of names without vowels (apimachinery/pkg/util/rand SafeEncodeString). */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** The label that distinguishes the ReplicaSets of a Deployment (apps.DefaultDeploymentUniqueLabelKey). */
export const TEMPLATE_HASH = 'pod-template-hash';

/** JSON with sorted keys, so that equal templates have the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}

/** FNV-1a, 32 bits, over UTF-8. */
function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The decimal digits of a hash in the alphabet of names. */
function safeHash(text: string): string {
  return [...String(fnv32a(text))].map((digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('');
}

/**
 * A short hash of a pod template. Upstream hashes Go's dump of the struct (controller_utils.go ComputeHash), which only Go can produce:
 * this hashes the template's JSON in the same way, so names look alike but differ.
 */
export function templateHash(template: corev1.PodTemplateSpec, collisionCount: number | undefined): string {
  return safeHash(canonical(template) + (collisionCount === undefined ? '' : `#${collisionCount}`));
}

/** A short hash of the data of a ControllerRevision (controller_history.go HashControllerRevision; Go hashes with FNV-1, not FNV-1a). */
export function revisionHash(data: unknown, collisionCount: number): string {
  return safeHash(`${canonical(data)}${collisionCount}`);
}
