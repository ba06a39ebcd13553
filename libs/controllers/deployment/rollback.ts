import { type appsv1, Deployment, type metav1 } from '#api';
import type { ReconcileContext } from '#controller-runtime';
import { TEMPLATE_HASH } from '../template-hash.js';
import { isCopied, revisionOf } from './annotations.js';
import { all, type Generations, sameTemplate } from './replica-sets.js';

/** The revision that a client of extensions/v1beta1 has asked to go back to (apps.DeprecatedRollbackTo). */
const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

/** The requested revision, 0 for the one before; undefined if none is requested (getRollbackTo). */
export function rollbackTo({ metadata }: appsv1.Deployment): bigint | undefined {
  const text = metadata.annotations?.[ROLLBACK_TO];
  return text !== undefined && /^[+-]?\d{1,18}$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

/** The second highest revision; 0 if there is none (LastRevision). */
function lastRevision(sets: readonly appsv1.ReplicaSet[]): bigint {
  const revisions = sets.map((set) => revisionOf(set) ?? 0n).sort((a, b) => (a < b ? 1 : -1));
  return revisions[1] ?? 0n;
}

function without(annotations: Record<string, string> | undefined): Record<string, string> {
  const { [ROLLBACK_TO]: _, ...rest } = annotations ?? {};
  return rest;
}

/** The template and annotations of a ReplicaSet, as they were the Deployment's (rollbackToTemplate). */
function restored(deployment: appsv1.Deployment, set: appsv1.ReplicaSet): appsv1.Deployment {
  const { [TEMPLATE_HASH]: _, ...labels } = set.spec.template?.metadata?.labels ?? {};
  const template = { ...set.spec.template, metadata: { ...set.spec.template?.metadata, labels } as metav1.ObjectMeta };
  const kept = Object.entries(without(deployment.metadata.annotations)).filter(([name]) => !isCopied(name));
  const taken = Object.entries(set.metadata.annotations ?? {}).filter(([name]) => isCopied(name));
  const annotations = Object.fromEntries([...kept, ...taken]);
  return { ...deployment, metadata: { ...deployment.metadata, annotations }, spec: { ...deployment.spec, template } };
}

/** What a rollback makes of a Deployment, and the event that tells about it (rollback.go rollback). */
function planRollback(
  deployment: appsv1.Deployment,
  sets: Generations,
  requested: bigint,
): { next: appsv1.Deployment; type: 'Normal' | 'Warning'; reason: string; message: string } {
  const annotations = without(deployment.metadata.annotations);
  const next = { ...deployment, metadata: { ...deployment.metadata, annotations } };
  const warning = (reason: string, message: string) => ({ next, type: 'Warning' as const, reason, message });
  const revision = requested === 0n ? lastRevision(all(sets)) : requested;
  if (revision === 0n) return warning('DeploymentRollbackRevisionNotFound', 'Unable to find last revision.');
  const found = all(sets).find((set) => revisionOf(set) === revision);
  if (found === undefined) return warning('DeploymentRollbackRevisionNotFound', 'Unable to find the revision to rollback to.');
  const { name } = deployment.metadata;
  if (sameTemplate(found.spec.template, deployment.spec.template)) {
    return warning(
      'DeploymentRollbackTemplateUnchanged',
      `The rollback revision contains the same template as current deployment "${name}"`,
    );
  }
  const message = `Rolled back deployment "${name}" to revision ${revision}`;
  return { next: restored(deployment, found), type: 'Normal', reason: 'DeploymentRollback', message };
}

/** Goes back to a requested revision; the roll-out of the restored template begins with the next reconcile. */
export async function rollBack(
  { deployment, sets }: { deployment: appsv1.Deployment; sets: Generations },
  requested: bigint,
  { client, recorder }: ReconcileContext,
): Promise<void> {
  const { next, type, reason, message } = planRollback(deployment, sets, requested);
  recorder.record({ about: deployment, type, reason, message });
  await client.update(Deployment, next);
}
