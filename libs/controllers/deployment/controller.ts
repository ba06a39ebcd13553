import { type appsv1, type corev1, Deployment, Pod, ReplicaSet } from '#api';
import { controllerOf, ignoreNotFound, keyOf, labelSelectorAsSelector, type ObjectKey } from '#apimachinery';
import { conditionOf, isPodTerminal } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { claimObjects } from '../claim.js';
import { byRevision, sizeOf } from './replica-sets.js';
import { rollBack, rollbackTo } from './rollback.js';
import { Rollout } from './rollout.js';
import { isScalingEvent, scaleAll, scaleCurrent, scaleOld, scaleOldAway } from './scaling.js';
import { calculateStatus, hasProgressDeadline, isComplete, progressing, rolloutStatus, stuckCheck } from './status.js';

/** No limit of the history: the largest 32-bit number (deployment_util.go HasRevisionHistoryLimit). */
const UNLIMITED = 2 ** 31 - 1;

/** Rolls out changes of a template through ReplicaSets (pkg/controller/deployment). */
export const deployment = defineController({
  name: 'deployment-controller',
  queue: 'deployment',
  for: Deployment,
  owns: [ReplicaSet],
  watches: [watching(ReplicaSet, adopters), watching(Pod, recreators)],
  reconcile: reconcileDeployment,
});

/** Deployments whose selector matches a ReplicaSet without a controller. */
function adopters({ object, deleted }: Change<appsv1.ReplicaSet>, informers: Informers): ObjectKey[] {
  if (deleted || controllerOf(object) !== undefined) return [];
  const candidates = informers.of(Deployment).list(object.metadata.namespace);
  return candidates.filter(({ spec }) => labelSelectorAsSelector(spec.selector).matches(object.metadata.labels)).map(keyOf);
}

/** A Deployment with strategy Recreate continues when the last old pod is gone (deployment_controller.go deletePod). */
function recreators({ object, deleted }: Change<corev1.Pod>, informers: Informers): ObjectKey[] {
  const owner = deleted ? controllerOf(object) : undefined;
  const set = owner?.kind === 'ReplicaSet' ? informers.of(ReplicaSet).byUid(owner.uid) : undefined;
  const found = set === undefined ? undefined : informers.of(Deployment).byUid(controllerOf(set)?.uid ?? '');
  return found?.spec.strategy?.type === 'Recreate' ? [keyOf(found)] : [];
}

async function reconcileDeployment(deployment: appsv1.Deployment, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  if (selectsEverything(deployment)) return refuse(deployment, ctx);
  const { client, informers, clock } = ctx;
  const own = informers.of(ReplicaSet).controlledBy(deployment.metadata.uid ?? '');
  const orphans = informers
    .of(ReplicaSet)
    .list(deployment.metadata.namespace)
    .filter((set) => controllerOf(set) === undefined);
  const claimed = await claimObjects({
    client,
    owner: deployment,
    ownerResource: Deployment,
    resource: ReplicaSet,
    selector: labelSelectorAsSelector(deployment.spec.selector),
    candidates: [...own, ...orphans],
  });
  const rollout = new Rollout(deployment, claimed, ctx);
  const requested = rollbackTo(deployment);
  if (requested !== undefined && !deployment.spec.paused && deployment.metadata.deletionTimestamp === undefined) {
    await rollout.syncRevision();
    await rollBack({ deployment, sets: rollout.sets }, requested, ctx);
    return;
  }
  const status = await roll(rollout);
  await rollout.commit(status);
  const requeueAfter = deployment.metadata.deletionTimestamp === undefined ? stuckCheck(deployment, status, clock.now()) : undefined;
  return requeueAfter === undefined ? undefined : { requeueAfter };
}

function selectsEverything({ spec }: appsv1.Deployment): boolean {
  return labelSelectorAsSelector(spec.selector).requirements.length === 0;
}

async function refuse(deployment: appsv1.Deployment, { client, recorder }: ReconcileContext): Promise<undefined> {
  recorder.warning(deployment, 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
  const { generation = 0 } = deployment.metadata;
  if ((deployment.status?.observedGeneration ?? 0) >= generation) return;
  await client.updateStatus(Deployment, { ...deployment, status: { ...deployment.status, observedGeneration: generation } });
}

/** Takes the next step; returns the resulting status of the Deployment (syncDeployment). */
async function roll(rollout: Rollout): Promise<appsv1.DeploymentStatus> {
  const { deployment, ctx } = rollout;
  const plainStatus = (): appsv1.DeploymentStatus => calculateStatus(deployment, rollout.status, rollout.sets, ctx.clock.now());
  if (deployment.metadata.deletionTimestamp !== undefined) return plainStatus();
  tellPaused(rollout);
  await rollout.syncRevision();
  if (deployment.spec.paused || isScalingEvent(deployment, rollout.sets)) {
    await rollout.scale(scaleAll(deployment, rollout.sets));
    if (deployment.spec.paused) await cleanUp(rollout);
    return plainStatus();
  }
  if (deployment.spec.strategy?.type === 'Recreate') await recreate(rollout);
  else await rollingUpdate(rollout);
  return rolloutStatus({ deployment, status: rollout.status, sets: rollout.sets, now: ctx.clock.now() });
}

/** The Progressing condition is Unknown while paused, so that the deadline is suspended (checkPausedConditions). */
function tellPaused(rollout: Rollout): void {
  const { deployment } = rollout;
  const reason = conditionOf(rollout.status.conditions, 'Progressing')?.reason;
  if (!hasProgressDeadline(deployment) || reason === 'ProgressDeadlineExceeded') return;
  const told = reason === 'DeploymentPaused';
  if (deployment.spec.paused && !told) rollout.tell(progressing('Unknown', 'DeploymentPaused', 'Deployment is paused'));
  if (!deployment.spec.paused && told) rollout.tell(progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed'));
}

/** Scales up the new ReplicaSet as far as the surge allows, otherwise scales down old ones as far as availability allows (rolling.go). */
async function rollingUpdate(rollout: Rollout): Promise<void> {
  const { deployment } = rollout;
  await rollout.ensureCurrent();
  const up = scaleCurrent(deployment, rollout.sets);
  if (up.length > 0) return rollout.scale(up);
  const down = scaleOld(deployment, rollout.sets);
  if (down.length > 0) return rollout.scale(down);
  if (isComplete(deployment, deployment.status ?? {})) await cleanUp(rollout);
}

/** Removes all old pods before the first new one is created (recreate.go). */
async function recreate(rollout: Rollout): Promise<void> {
  const { deployment } = rollout;
  const down = scaleOldAway(rollout.sets);
  if (down.length > 0) return rollout.scale(down);
  if (oldPodsRun(rollout)) return;
  await rollout.ensureCurrent();
  await rollout.scale(scaleCurrent(deployment, rollout.sets));
  if (isComplete(deployment, deployment.status ?? {})) await cleanUp(rollout);
}

function oldPodsRun({ sets, ctx }: Rollout): boolean {
  if (sets.old.some(({ status }) => (status?.replicas ?? 0) > 0)) return true;
  const pods = ctx.informers.of(Pod);
  return sets.old.some(({ metadata }) => pods.controlledBy(metadata.uid ?? '').some((pod) => !isPodTerminal(pod)));
}

/** Deletes the oldest ReplicaSets beyond the history limit, unless they still have pods (sync.go cleanupDeployment). */
async function cleanUp({ deployment, sets, ctx }: Rollout): Promise<void> {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === UNLIMITED) return;
  const alive = sets.old.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byRevision);
  for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
    const { status, metadata } = set;
    if ((status?.replicas ?? 0) > 0 || sizeOf(set) > 0 || (metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) continue;
    await ctx.client.delete(ReplicaSet, metadata.name, metadata.namespace).catch(ignoreNotFound);
  }
}
