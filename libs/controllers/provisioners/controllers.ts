import { type corev1, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '#api';
import { type Instant, isAlreadyExists, isNotFound, keyOf } from '#apimachinery';
import { delaysBinding, isPodReady, PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER, storageClassOf } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { deleterOf, provisionedVolume, provisionerOf, volumeNameOf } from './plan.js';
import { indexPrograms, programOf, provisionersIn } from './programs.js';
import { provisioners, type VolumeProvisioner } from './provisioners.js';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

const CLAIMS = 'claims-by-provisioner';
const VOLUMES = 'volumes-by-provisioner';

/** A pod that is a provisioner has become ready. */
const hasStarted = ({ object: pod, old, deleted }: Change<corev1.Pod>): string[] =>
  !deleted && isPodReady(pod) && !(old && isPodReady(old)) ? provisionersIn(pod) : [];

/** Makes volumes, as the provisioners do that run in the cluster's pods (sig-storage-lib-external-provisioner). */
export const volumeProvisioner = defineController({
  name: 'external-provisioner',
  flag: '',
  for: PersistentVolumeClaim,
  filter: ({ object, deleted }) => !deleted && provisionerOf(object, false) !== undefined,
  reads: [Node, StorageClass],
  watches: [
    watching(Pod, (change, informers) =>
      hasStarted(change).flatMap((name) => informers.of(PersistentVolumeClaim).byIndex(CLAIMS, name).map(keyOf)),
    ),
  ],
  interests: ({ resource, object }) => resource !== 'pods' || provisionersIn(object() as corev1.Pod).length > 0,
  index(informers) {
    indexPrograms(informers);
    informers.of(PersistentVolumeClaim).addIndex(CLAIMS, ({ metadata, spec }) => {
      const named = metadata.annotations?.[STORAGE_PROVISIONER];
      return named === undefined || spec.volumeName ? [] : [named];
    });
  },
  reconcile: provision,
});

/** When the making of a volume began, by the uid of its claim: its program may be restarted, then it begins anew. */
const begun = new WeakMap<Informers, Map<string, Instant>>();

function beganAt(uid: string, { informers, clock }: ReconcileContext): { at: Instant; first: boolean } {
  const known = begun.get(informers) ?? new Map<string, Instant>();
  begun.set(informers, known);
  const before = known.get(uid);
  if (before !== undefined) return { at: before, first: false };
  known.set(uid, clock.now());
  return { at: clock.now(), first: true };
}

async function provision(claim: Claim, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers, clock, profile } = ctx;
  const found = informers.of(StorageClass).get(storageClassOf(claim));
  const provisioner = provisionerOf(claim, delaysBinding(found));
  if (provisioner === undefined || found === undefined || found.provisioner !== provisioner.name) return undefined;
  const program = programOf(provisioner, ctx);
  const name = volumeNameOf(claim);
  if (program === undefined || informers.of(PersistentVolume).get(name) !== undefined) return undefined;
  const { namespace, name: claimName, uid = '' } = claim.metadata;
  const recorder = ctx.recorder.through(program.client);
  const { source } = program;
  const { at, first } = beganAt(uid, ctx);
  if (first) {
    const message = `External provisioner is provisioning volume for claim "${namespace}/${claimName}"`;
    recorder.record({ about: claim, type: 'Normal', reason: 'Provisioning', message, source });
  }
  const ready = at + profile.containerStart;
  if (ready > clock.now()) return { requeueAfter: ready - clock.now() };
  begun.get(informers)?.delete(uid);
  const node = informers.of(Node).get(claim.metadata.annotations?.[SELECTED_NODE] ?? '');
  const wanted = { claim, class: found, volume: name, node };
  const refusal = provisioner.refusal(wanted);
  if (refusal !== undefined) {
    const message = `failed to provision volume with StorageClass "${found.metadata.name}": ${refusal}`;
    recorder.record({ about: claim, type: 'Warning', reason: 'ProvisioningFailed', message, source });
    return undefined;
  }
  await program.client.create(PersistentVolume, provisionedVolume(provisioner, wanted)).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
  const message = `Successfully provisioned volume ${name}`;
  recorder.record({ about: claim, type: 'Normal', reason: 'ProvisioningSucceeded', message, source });
  return undefined;
}

/** Deletes the released volumes of the provisioners that run in the cluster's pods. */
export const volumeDeleter = defineController({
  name: 'external-deleter',
  flag: '',
  for: PersistentVolume,
  filter: ({ object, deleted }) => !deleted && deleterOf(object) !== undefined,
  watches: [
    watching(Pod, (change, informers) =>
      hasStarted(change).flatMap((name) => informers.of(PersistentVolume).byIndex(VOLUMES, name).map(keyOf)),
    ),
  ],
  interests: ({ resource, object }) => resource !== 'pods' || provisionersIn(object() as corev1.Pod).length > 0,
  index(informers) {
    indexPrograms(informers);
    informers.of(PersistentVolume).addIndex(VOLUMES, ({ metadata }) => {
      const named = metadata.annotations?.[PROVISIONED_BY];
      return named !== undefined && provisioners.has(named) ? [named] : [];
    });
  },
  async reconcile(volume, ctx) {
    const provisioner = deleterOf(volume);
    const program = provisioner && programOf(provisioner, ctx);
    if (program) await remove(volume, provisioner, program.client);
    return undefined;
  },
});

/** Deletes a volume from the API once it is deleted from its storage, then lets go of it. */
async function remove({ metadata }: Volume, { finalizer }: VolumeProvisioner, client: ReconcileContext['client']): Promise<void> {
  const { name, uid } = metadata;
  try {
    if (metadata.deletionTimestamp === undefined) {
      await client.delete(PersistentVolume, name, undefined, { uid });
      return;
    }
    const finalizers = (metadata.finalizers ?? []).filter((one) => one !== finalizer);
    await client.patch(PersistentVolume, name, undefined, 'merge', { metadata: { uid, finalizers } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
