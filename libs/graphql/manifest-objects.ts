import { ManifestError, parseManifest } from '#api/yaml';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from './context.js';
import { badInput } from './errors.js';
import { limits } from './limits.js';

const MANIFEST = { length: limits.manifestLength, documents: limits.manifestDocuments, objects: limits.manifestObjects };

/** The objects of a manifest that an operation was given. */
export async function manifestObjects(
  manifest: string,
  { meter, yaml, cluster }: Pick<GraphContext, 'meter' | 'yaml'> & { readonly cluster: { readonly id: string } },
): Promise<KubeObject[]> {
  const convert = (text: string) => yaml.convert(cluster.id, text);
  return parseManifest(manifest, { convert, turn: () => meter.turn(), limits: MANIFEST }).catch((error: unknown) => {
    throw error instanceof ManifestError ? badInput(error.message) : error;
  });
}
