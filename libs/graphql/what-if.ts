import { Pod } from '#api';
import type { GraphContext } from './context.js';
import { badInput } from './errors.js';
import { manifestObjects } from './manifest-objects.js';
import type { GraphDecision } from './scheduling.js';

/** A pod that is asked about, as plain data. */
export interface WhatIfRequest {
  /** YAML or JSON, of one Pod. */
  manifest: string;
  /** If the manifest names none. */
  namespace: string;
}

/** What would happen to a pod that was created now. Throws what its creation would throw. */
export async function whatIf(
  { manifest, namespace }: WhatIfRequest,
  context: Pick<GraphContext, 'scheduling' | 'meter' | 'yaml'> & { readonly cluster: { readonly id: string } },
): Promise<GraphDecision> {
  const [pod, ...others] = await manifestObjects(manifest, context);
  if (!pod || others.length > 0 || pod.apiVersion !== 'v1' || pod.kind !== Pod.kind) throw badInput('the manifest must be that of one Pod');
  return context.scheduling.whatIf({ ...pod, metadata: { namespace, ...pod.metadata } }, async () => context.meter.turn());
}
