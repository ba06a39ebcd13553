import { type appsv1, type corev1, PersistentVolumeClaim, Pod } from '#api';
import { ignoreNotFound, isAlreadyExists } from '#apimachinery';
import { isFenced, type ReconcileContext } from '#controller-runtime';
import { messageOf } from '../pod-control.js';
import { slowStart } from '../slow-start.js';
import { claimsOf, conforming, identityMatches, ordinalOf, storageMatches } from './identity.js';
import type { Action } from './plan.js';
import { hasUnexpectedController, ownersMatch, withOwners } from './retention.js';

type Stateful = appsv1.StatefulSet;
type Verb = 'create' | 'update' | 'delete';

const TITLE = { create: 'Create', update: 'Update', delete: 'Delete' } as const;

/** Carries out actions for the pods of one set, with their events (stateful_pod_control.go). */
export class PodControl {
  constructor(
    private readonly set: Stateful,
    private readonly ctx: ReconcileContext,
  ) {}

  /** Carries out the steps; returns the first failure, after which no other step is begun. */
  async run(steps: readonly Action[][]): Promise<Error | undefined> {
    for (const step of steps) {
      const failure = await slowStart(step, (action) => this.act(action));
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  private async act(action: Action): Promise<void> {
    const { pod } = action;
    switch (action.do) {
      case 'create':
        return this.create(pod);
      case 'delete':
        return this.delete(pod);
      case 'claims':
        await this.createClaims(pod);
        return this.told('update', pod, () => this.retain(pod));
      case 'retain':
        return this.retain(pod);
      case 'conform':
        return this.conform(pod);
    }
  }

  private async create(pod: corev1.Pod): Promise<void> {
    await this.told('create', pod, () => this.createClaims(pod));
    const failure = await this.ctx.client.create(Pod, pod).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure !== undefined && (isFenced(failure.error) || isAlreadyExists(failure.error))) throw failure.error;
    await this.told('update', pod, () => this.retain(pod));
    this.tell('create', pod, failure);
    if (failure !== undefined) throw failure.error;
  }

  private async delete({ metadata }: corev1.Pod): Promise<void> {
    const remove = () => this.ctx.client.delete(Pod, metadata.name, metadata.namespace).catch(ignoreNotFound);
    await this.told('delete', { metadata }, remove);
    this.tell('delete', { metadata });
  }

  /** Corrects a pod's identity, volumes and claims (UpdateStatefulPod). */
  private async conform(pod: corev1.Pod): Promise<void> {
    const { set, ctx } = this;
    if (!storageMatches(set, pod)) await this.told('update', pod, () => this.createClaims(pod));
    await this.told('update', pod, () => this.retain(pod));
    if (identityMatches(set, pod) && storageMatches(set, pod)) return;
    await this.told('update', pod, () => ctx.client.update(Pod, conforming(set, pod)));
    this.tell('update', pod);
  }

  /** Creates the claims that do not exist; those that are being deleted are failures. */
  private async createClaims(pod: corev1.Pod): Promise<void> {
    const failures: string[] = [];
    for (const claim of claimsOf(this.set, ordinalOf(pod))) {
      const { name, namespace } = claim.metadata;
      const present = this.ctx.informers.of(PersistentVolumeClaim).get(name, namespace);
      if (present === undefined) failures.push(...(await this.createClaim(pod, claim)));
      else if (present.metadata.deletionTimestamp !== undefined) failures.push(`pvc ${name} is being deleted`);
    }
    const [first] = failures;
    if (first !== undefined) throw new Error(failures.length === 1 ? first : `[${failures.join(', ')}]`);
  }

  /** Creates a claim; returns what has failed. */
  private async createClaim(pod: corev1.Pod, claim: corev1.PersistentVolumeClaim): Promise<string[]> {
    const { set, ctx } = this;
    const { name } = claim.metadata;
    try {
      await ctx.client.create(PersistentVolumeClaim, claim);
      ctx.recorder.normal(
        set,
        'SuccessfulCreate',
        `Create Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`,
      );
      return [];
    } catch (error) {
      if (isFenced(error)) throw error;
      const message = messageOf(error);
      if (!isAlreadyExists(error)) {
        const what = `Create Claim ${name} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
        ctx.recorder.warning(set, 'FailedCreate', `${what} failed error: ${message}`);
      }
      return [`failed to create PVC ${name}: ${message}`];
    }
  }

  /** Gives a pod's claims the owners of the retention policy (UpdatePodClaimForRetentionPolicy). */
  private async retain(pod: corev1.Pod): Promise<void> {
    const { set, ctx } = this;
    for (const { metadata } of claimsOf(set, ordinalOf(pod))) {
      const claim = ctx.informers.of(PersistentVolumeClaim).get(metadata.name, metadata.namespace);
      if (claim === undefined) continue;
      if (hasUnexpectedController(claim, set, pod)) {
        const what = `PersistentVolumeClaim ${metadata.name} has a conflicting OwnerReference that acts as a manging controller`;
        ctx.recorder.warning(set, 'ConflictingController', `${what}, the retention policy is ignored for this claim`);
      }
      if (ownersMatch(claim, set, pod)) continue;
      await ctx.client.update(PersistentVolumeClaim, withOwners(claim, set, pod)).catch((error: unknown) => {
        if (isFenced(error)) throw error;
        throw new Error(`could not update claim ${metadata.name} for delete policy ownerRefs: ${messageOf(error)}`);
      });
    }
  }

  /** Does something for a pod; a failure is told in an event and thrown. */
  private async told(verb: Verb, pod: Pick<corev1.Pod, 'metadata'>, act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!isFenced(error)) this.tell(verb, pod, { error });
      throw error;
    }
  }

  private tell(verb: Verb, { metadata }: Pick<corev1.Pod, 'metadata'>, failure?: { error: unknown }): void {
    const { set, ctx } = this;
    const what = `${TITLE[verb]} Pod ${metadata.name} in StatefulSet ${set.metadata.name}`;
    if (failure === undefined) ctx.recorder.normal(set, `Successful${TITLE[verb]}`, `${what} successful`);
    else ctx.recorder.warning(set, `Failed${TITLE[verb]}`, `${what} failed error: ${messageOf(failure.error)}`);
  }
}
