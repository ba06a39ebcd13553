import { type appsv1, Deployment, type metav1, ReplicaSet } from '#api';
import { controllerOf, controllerReference, deepEqual, isAlreadyExists, isNamespaceTerminating, type OwnerReference } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import { isFenced, type ReconcileContext } from '#controller-runtime';
import { TEMPLATE_HASH, templateHash } from '../template-hash.js';
import { currentAnnotations, nextRevision, REVISION, replicasAnnotations } from './annotations.js';
import { type Verdict, withCondition } from './conditions.js';
import { all, type Generations, generations, sameTemplate, sizeOf, totalSize } from './replica-sets.js';
import { currentSize, type Scaling } from './scaling.js';
import { hasProgressDeadline, progressing } from './status.js';

/**
 * One reconcile of a Deployment: its current ReplicaSets, and the new status and annotations. Upstream updates the Deployment at each step;
 * here the changes are collected in `status` and `annotations`, and commit() writes them once.
 */
export class Rollout {
  sets: Generations;
  status: appsv1.DeploymentStatus;
  private annotations: Record<string, string> | undefined;

  constructor(
    readonly deployment: appsv1.Deployment,
    replicaSets: readonly appsv1.ReplicaSet[],
    readonly ctx: ReconcileContext,
  ) {
    this.sets = generations(deployment, replicaSets);
    this.status = deployment.status ?? {};
    this.annotations = deployment.metadata.annotations;
  }

  /** Sets a condition in the new status. */
  tell(verdict: Verdict): void {
    this.status = { ...this.status, conditions: withCondition(this.status.conditions ?? [], verdict, { now: this.ctx.clock.now() }) };
  }

  /** Updates the annotations of the current ReplicaSet, and the Deployment's revision (sync.go getNewReplicaSet). */
  async syncRevision(): Promise<void> {
    const { current } = this.sets;
    if (current === undefined) return;
    const annotations = currentAnnotations(this.deployment, current.metadata.annotations, nextRevision(this.sets.old));
    const { minReadySeconds } = this.deployment.spec;
    const stale = !deepEqual(annotations, current.metadata.annotations) || (current.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0);
    if (stale) {
      const next = { ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, minReadySeconds } };
      this.sets = { ...this.sets, current: await this.ctx.client.update(ReplicaSet, next) };
    }
    this.setRevision(annotations[REVISION] ?? '');
    if (hasProgressDeadline(this.deployment) && conditionOf(this.status.conditions, 'Progressing') === undefined) {
      this.tell(progressing('True', 'FoundNewReplicaSet', `Found new replica set "${current.metadata.name}"`));
    }
  }

  /** Creates the ReplicaSet of the current template if it does not exist. */
  async ensureCurrent(): Promise<void> {
    if (this.sets.current !== undefined) return;
    const wanted = this.makeReplicaSet();
    const { name } = wanted.metadata;
    try {
      const current = await this.ctx.client.create(ReplicaSet, wanted);
      this.sets = { ...this.sets, current };
      if (sizeOf(current) > 0) this.report(`Scaled up replica set ${name} from 0 to ${sizeOf(current)}`);
      if (hasProgressDeadline(this.deployment)) this.tell(progressing('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`));
    } catch (error) {
      if (isFenced(error)) throw error;
      await this.recoverFromCreate(wanted, error);
    }
    this.setRevision(wanted.metadata.annotations?.[REVISION] ?? '');
  }

  /** Scales ReplicaSets one after the other, with an event for each. */
  async scale(scalings: readonly Scaling[]): Promise<void> {
    for (const { set, replicas } of scalings) await this.scaleOne(set, replicas);
  }

  /** Writes the Deployment's status and revision, if they have changed. */
  async commit(status: appsv1.DeploymentStatus): Promise<void> {
    const { deployment, annotations } = this;
    if (deepEqual(status, deployment.status) && deepEqual(annotations, deployment.metadata.annotations)) return;
    await this.ctx.client.updateStatus(Deployment, { ...deployment, metadata: { ...deployment.metadata, annotations }, status });
  }

  private async scaleOne(set: appsv1.ReplicaSet, replicas: number): Promise<void> {
    const wanted = replicasAnnotations(this.deployment);
    const annotations = { ...set.metadata.annotations, ...wanted };
    const before = sizeOf(set);
    if (before === replicas && deepEqual(annotations, set.metadata.annotations)) return;
    const next = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } };
    const scaled = await this.ctx.client.update(ReplicaSet, next);
    const { current, old } = this.sets;
    this.sets = { current: current === set ? scaled : current, old: old.map((other) => (other === set ? scaled : other)) };
    if (before === replicas) return;
    this.report(`Scaled ${before < replicas ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`);
  }

  private report(message: string): void {
    this.ctx.recorder.normal(this.deployment, 'ScalingReplicaSet', message);
  }

  private setRevision(revision: string): void {
    if (this.annotations?.[REVISION] !== revision) this.annotations = { ...this.annotations, [REVISION]: revision };
  }

  private makeReplicaSet(): appsv1.ReplicaSet {
    const { metadata, spec } = this.deployment;
    const hash = templateHash(spec.template, this.status.collisionCount);
    const labels = { ...spec.template.metadata?.labels, [TEMPLATE_HASH]: hash };
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: replicaSetName(metadata.name, hash),
        namespace: metadata.namespace,
        labels,
        annotations: {
          ...currentAnnotations(this.deployment, undefined, nextRevision(this.sets.old)),
          ...replicasAnnotations(this.deployment),
        },
        ownerReferences: [this.reference()],
      },
      spec: {
        replicas: currentSize(this.deployment, 0, totalSize(all(this.sets))),
        ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
        selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [TEMPLATE_HASH]: hash } },
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } as metav1.ObjectMeta },
      },
    };
  }

  private reference(): OwnerReference {
    return controllerReference(this.deployment, { apiVersion: 'apps/v1', kind: 'Deployment' });
  }

  /**
   * A name that is taken is either our own ReplicaSet or a hash collision, which is counted; other failures are recorded. Throws unless it
   * is our own.
   */
  private async recoverFromCreate(wanted: appsv1.ReplicaSet, error: unknown): Promise<void> {
    const { deployment, ctx } = this;
    const { name, namespace } = wanted.metadata;
    if (isAlreadyExists(error)) {
      const present = await ctx.client.get(ReplicaSet, name, namespace);
      const ours = controllerOf(present)?.uid === deployment.metadata.uid;
      if (ours && sameTemplate(present.spec.template, deployment.spec.template)) {
        this.sets = { ...this.sets, current: present };
        return;
      }
      await this.commit({ ...this.status, collisionCount: (this.status.collisionCount ?? 0) + 1 });
    } else if (!isNamespaceTerminating(error)) {
      const message = `Failed to create new replica set "${name}": ${error instanceof Error ? error.message : String(error)}`;
      if (hasProgressDeadline(deployment)) {
        this.tell(progressing('False', 'ReplicaSetCreateError', message));
        await this.commit(this.status);
      }
      ctx.recorder.warning(deployment, 'ReplicaSetCreateError', message);
    }
    throw error;
  }
}

/** `<deployment>-<hash>`, truncated to the maximum length of a name (sync.go generateReplicaSetName). */
function replicaSetName(deployment: string, hash: string): string {
  return `${deployment.slice(0, 253 - 1 - hash.length)}-${hash}`;
}
