import type { Resource } from '#api';
import { isJsonObject, type KubeObject, StatusError } from '#apimachinery';
import type { Client, PatchType, WriteQuery } from '#client';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A merge patch that removes keys which the last manifest had and this one omits. Lists are left to the strategic merge of the server. */
export function removals(before: unknown, now: unknown): Record<string, unknown> {
  if (!isJsonObject(before)) return {};
  const wanted = isJsonObject(now) ? now : {};
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(before)) {
    if (!(key in wanted)) patch[key] = null;
    else if (isJsonObject(value)) {
      const below = removals(value, wanted[key]);
      if (Object.keys(below).length > 0) patch[key] = below;
    }
  }
  return patch;
}

function merged(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const result = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const there = result[key];
    result[key] = isJsonObject(there) && isJsonObject(value) ? merged(there, value) : value;
  }
  return result;
}

function annotated(object: KubeObject): KubeObject {
  const { [lastApplied]: _, ...annotations } = object.metadata.annotations ?? {};
  const plain = { ...object, metadata: { ...object.metadata, annotations } };
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [lastApplied]: `${JSON.stringify(plain)}\n` } } };
}

function lastManifest(object: KubeObject): unknown {
  try {
    return JSON.parse(object.metadata.annotations?.[lastApplied] ?? 'null');
  } catch {
    return undefined;
  }
}

/**
 * Creates the object, or updates it as client-side `kubectl apply` does: removes what the last manifest had and this one does not, merges
 * what it has, and leaves the rest alone. `patchType`: how it is merged.
 */
export async function applyObject(
  client: Client,
  resource: Resource,
  object: KubeObject,
  { patchType, ...query }: WriteQuery & { patchType: PatchType },
): Promise<KubeObject> {
  const { name, namespace } = object.metadata;
  const manifest = annotated(object);
  let current: KubeObject;
  try {
    current = await client.get(resource, name, namespace);
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 404) return client.create(resource, manifest, query);
    throw error;
  }
  const before = lastManifest(current);
  const patch = merged(before ? removals(before, object) : {}, manifest as unknown as Record<string, unknown>);
  return client.patch(resource, name, namespace, patchType, patch, query);
}
