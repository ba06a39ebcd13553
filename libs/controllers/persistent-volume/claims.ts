import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, type storagev1 } from '#api';
import { keyOf, type ObjectKey } from '#apimachinery';
import { perCluster } from '#client';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  bindVolumeToClaim,
  DEFAULT_STORAGE_CLASS,
  isPodTerminal,
  newestDefault,
  storageClassOf,
} from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { claimStatus } from './claim-status.js';
import { BY_CLAIM, BY_VOLUME, claimKey, FREE_BY_CLASS, indexVolumes, PODS_BY_CLAIM, WAITING_BY_CLASS } from './indexes.js';
import { type ClaimPlan, type ClaimWorld, planClaim } from './plan-claim.js';
import { planProvisioning, toldMigration, withProvisioner } from './provisioning.js';
import { setVolumePhase } from './volume-phase.js';

type Claim = corev1.PersistentVolumeClaim;

/** The source of the events of both halves. */
export const EVENT_SOURCE = 'persistentvolume-controller';
/** Their name in --controllers. */
export const BINDER_FLAG = 'persistentvolume-binder-controller';

/** Binds claims to volumes, and asks for volumes to be provisioned (pkg/controller/volume/persistentvolume, syncClaim). */
export const claimBinder = defineController({
  name: 'persistent-volume-binder',
  queue: 'claims',
  flag: BINDER_FLAG,
  eventSource: EVENT_SOURCE,
  for: PersistentVolumeClaim,
  filter: ({ deleted }) => !deleted,
  reads: [Pod],
  watches: [watching(PersistentVolume, claimsOfVolume), watching(StorageClass, claimsOfClass)],
  index: indexVolumes,
  reconcile: syncClaim,
});

const waitingFor = (className: string, informers: Informers): ObjectKey[] =>
  informers.of(PersistentVolumeClaim).byIndex(WAITING_BY_CLASS, className).map(keyOf);

/** The claims that a change of a volume concerns: upstream finds waiting ones with its next resync. */
function claimsOfVolume({ object: volume, old, deleted }: Change<corev1.PersistentVolume>, informers: Informers): ObjectKey[] {
  const references = [volume.spec.claimRef, old?.spec.claimRef].flatMap((claim) =>
    claim?.name ? [{ namespace: claim.namespace, name: claim.name }] : [],
  );
  const naming = informers.of(PersistentVolumeClaim).byIndex(BY_VOLUME, volume.metadata.name).map(keyOf);
  const free = !deleted && volume.spec.claimRef === undefined && volume.status?.phase === 'Available';
  return [...references, ...naming, ...(free ? waitingFor(storageClassOf(volume), informers) : [])];
}

function claimsOfClass({ object, deleted }: Change<storagev1.StorageClass>, informers: Informers): ObjectKey[] {
  if (deleted) return [];
  const isDefault = DEFAULT_STORAGE_CLASS.some((annotation) => object.metadata.annotations?.[annotation] === 'true');
  return [...waitingFor(object.metadata.name, informers), ...(isDefault ? waitingFor('', informers) : [])];
}

/** Volumes that are being bound, which no other claim may take meanwhile. */
const bindingOf = perCluster(() => new Set<string>());

function worldOf(claim: Claim, informers: Informers): ClaimWorld {
  const volumes = informers.of(PersistentVolume);
  const classes = informers.of(StorageClass);
  const taken = bindingOf(informers);
  const key = claimKey(claim.metadata);
  return {
    volume: (name) => volumes.get(name),
    get candidates() {
      const all = [...volumes.byIndex(BY_CLAIM, key), ...volumes.byIndex(FREE_BY_CLASS, storageClassOf(claim))];
      return taken.size === 0 ? all : all.filter(({ metadata }) => !taken.has(metadata.name));
    },
    class: classes.get(storageClassOf(claim)),
    get defaultClass() {
      return newestDefault(classes.list(), DEFAULT_STORAGE_CLASS);
    },
    get unscheduledPods() {
      const pods = informers.of(Pod).byIndex(PODS_BY_CLAIM, key);
      return pods.filter((pod) => !pod.spec.nodeName && !isPodTerminal(pod)).map(({ metadata }) => metadata.name);
    },
  };
}

async function syncClaim(found: Claim, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const told = toldMigration(found, 'claim');
  const claim = told === found ? found : await ctx.client.update(PersistentVolumeClaim, told);
  const plan = planClaim(claim, worldOf(claim, ctx.informers));
  await carryOut(claim, plan, ctx);
  return undefined;
}

async function carryOut(claim: Claim, plan: ClaimPlan, ctx: ReconcileContext): Promise<void> {
  const { client, recorder, informers } = ctx;
  switch (plan.do) {
    case 'bind':
      return bind(claim, plan.volume, ctx);
    case 'set-class':
      await client.update(PersistentVolumeClaim, { ...claim, spec: { ...claim.spec, storageClassName: plan.name } });
      return;
    case 'provision': {
      const { provisioner, event } = planProvisioning(claim, informers.of(StorageClass).get(storageClassOf(claim)));
      const named = provisioner === undefined ? claim : withProvisioner(claim, provisioner);
      if (named !== claim) await client.update(PersistentVolumeClaim, named);
      recorder.record({ about: claim, ...event });
      return;
    }
    case 'lose':
      if (claim.status?.phase === 'Lost') return;
      recorder.record({ about: await writeStatus(claim, 'Lost', undefined, ctx), ...plan.event });
      return;
    case 'wait':
      if (plan.event) recorder.record({ about: claim, ...plan.event });
      if (plan.fails !== undefined) throw new Error(plan.fails);
      await writeStatus(claim, 'Pending', undefined, ctx);
  }
}

async function writeStatus(claim: Claim, phase: string, volume: corev1.PersistentVolume | undefined, { client }: ReconcileContext) {
  const status = claimStatus(claim, phase, volume);
  return status === undefined ? claim : client.updateStatus(PersistentVolumeClaim, { ...claim, status });
}

/** The volume first, then the claim: what was begun is finished by the next reconcile, whichever write was the last (bind). */
async function bind(claim: Claim, volume: corev1.PersistentVolume, ctx: ReconcileContext): Promise<void> {
  const { client, informers } = ctx;
  const taken = bindingOf(informers);
  const { name } = volume.metadata;
  taken.add(name);
  try {
    const wanted = bindVolumeToClaim(volume, claim);
    const referring = wanted === volume ? volume : await client.update(PersistentVolume, wanted);
    const bound = await setVolumePhase(referring, 'Bound', ctx);
    const completed = bindClaimToVolume(claim, name);
    await writeStatus(completed === claim ? claim : await client.update(PersistentVolumeClaim, completed), 'Bound', bound, ctx);
  } finally {
    taken.delete(name);
  }
}

/** The claim with its volume; the same object if it is unchanged (bindClaimToVolume). */
function bindClaimToVolume(claim: Claim, volumeName: string): Claim {
  const { annotations = {} } = claim.metadata;
  const binds = claim.spec.volumeName !== volumeName;
  if (!binds && annotations[BIND_COMPLETED] !== undefined) return claim;
  const byController: Record<string, string> = binds ? { [BOUND_BY_CONTROLLER]: 'yes' } : {};
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: { [BIND_COMPLETED]: 'yes', ...byController, ...annotations } },
    spec: { ...claim.spec, volumeName },
  };
}
