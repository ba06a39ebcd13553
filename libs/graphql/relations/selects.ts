import type { KubeObject } from '#apimachinery';

/** Whether a plain (equality) selector selects the object; an absent or empty one selects nothing, as for a Service. */
export function selects(selector: Readonly<Record<string, string>> | undefined, object: KubeObject): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => object.metadata.labels?.[key] === value);
}
