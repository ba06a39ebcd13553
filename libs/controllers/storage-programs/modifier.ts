import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod, type storagev1, VolumeAttributesClass } from '#api';
import { formatKey, formatTime, type Instant, keyOf } from '#apimachinery';
import { perCluster } from '#client';
import { defineController, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { indexVolumesByDriver } from '../attach-detach/indexes.js';
import { withModifyConditions } from './claim-conditions.js';
import { claimsOfDrivers, writeClaim } from './driver-volumes.js';
import { note, SLOW_RETRY } from './external-resizer.js';
import { operation } from './operations.js';
import { planModify, unknownParameters, wantsModification } from './plan-modify.js';
import { concernsPrograms, indexPrograms, type RunningProgram, runningProgram, startedPrograms } from './programs.js';
import { rpcError } from './rpc-error.js';

type Claim = corev1.PersistentVolumeClaim;
type Attributes = storagev1.VolumeAttributesClass;

const WAITING = 'claims-by-wanted-attributes-class';
const MODIFYING = 'ModifyingVolume';
const FAILED = 'ModifyVolumeError';

/** Gives volumes of CSI drivers the attributes that their claims ask for, as csi-resizer beside a driver does (external-resizer). */
export const volumeModifier = defineController({
  name: 'external-modifier',
  for: PersistentVolumeClaim,
  filter: ({ object, deleted }) => !deleted && wantsModification(object),
  reads: [PersistentVolume],
  watches: [
    watching(Pod, (change, informers) => claimsOfDrivers(informers, startedPrograms(change, 'resize'))),
    watching(VolumeAttributesClass, ({ object: { metadata }, deleted }, informers) =>
      deleted ? [] : informers.of(PersistentVolumeClaim).byIndex(WAITING, metadata.name).filter(wantsModification).map(keyOf),
    ),
  ],
  afterFaults: (informers) => informers.of(PersistentVolumeClaim).list().filter(wantsModification).map(keyOf),
  interests(change) {
    if (change.resource === 'pods') return concernsPrograms(change);
    return change.resource !== 'persistentvolumeclaims' || (!change.deleted && wantsModification(change.object() as Claim));
  },
  index(informers) {
    indexPrograms(informers);
    indexVolumesByDriver(informers);
    informers
      .of(PersistentVolumeClaim)
      .addIndex(WAITING, ({ spec }) => (spec.volumeAttributesClassName ? [spec.volumeAttributesClassName] : []));
  },
  reconcile: modify,
  async gone(key, { informers }) {
    infeasibleOf(informers).delete(formatKey(key));
  },
});

/** Modifications that can never succeed, by claim: to which class, and until when they are not tried again. */
const infeasibleOf = perCluster(() => new Map<string, { target: string; until: Instant }>());

async function modify(claim: Claim, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers, clock } = ctx;
  const volume = informers.of(PersistentVolume).get(claim.spec.volumeName ?? '');
  const name = volume?.spec.csi?.driver;
  if (volume === undefined || name === undefined || !wantsModification(claim)) return undefined;
  const program = runningProgram({ task: 'resize', name }, ctx);
  if (program === undefined) return undefined;
  if (!program.driver?.modifies) return undefined;
  const plan = planModify(claim);
  if (plan.do === 'nothing') return undefined;
  if (plan.do === 'cancel') return cancel(claim, program);
  const slow = infeasibleOf(informers).get(formatKey(keyOf(claim)));
  if (slow?.target === plan.target && slow.until > clock.now()) return { requeueAfter: slow.until - clock.now() };
  const attributes = informers.of(VolumeAttributesClass).get(plan.target);
  if (attributes === undefined) return waitForClass(claim, plan.target, program);
  const modification = { claim, volume, attributes, program };
  const { first, wait } = operation(`modify/${claim.metadata.uid}/${plan.target}`, ctx);
  if (first) modification.claim = await begin(modification, ctx);
  return wait > 0 ? { requeueAfter: wait } : finish(modification, ctx);
}

/** A volume that is to get the attributes of a class, by a program. */
interface Modification {
  claim: Claim;
  volume: corev1.PersistentVolume;
  attributes: Attributes;
  program: RunningProgram;
}

const others = ({ status }: Claim): corev1.PersistentVolumeClaimCondition[] =>
  (status?.conditions ?? []).filter(({ type }) => type !== MODIFYING && type !== FAILED);

async function cancel(claim: Claim, program: RunningProgram): Promise<undefined> {
  note(program, claim, ['VolumeModifyCanceled', 'Cancelled modify.']);
  const conditions = (claim.status?.conditions ?? []).filter(({ type }) => type !== MODIFYING);
  await writeClaim(claim, { status: { conditions: conditions.length > 0 ? conditions : null } }, program);
}

/** There is no such class yet. */
async function waitForClass(claim: Claim, target: string, program: RunningProgram): Promise<undefined> {
  const last = claim.status?.modifyVolumeStatus;
  if (last?.status === 'Pending') return;
  note(program, claim, ['VolumeModifyFailed', `VAC ${JSON.stringify(target)} does not exist.`]);
  await writeClaim(claim, { status: { modifyVolumeStatus: { ...last, status: 'Pending' } } }, program);
}

async function begin({ claim, attributes, program }: Modification, { clock }: ReconcileContext): Promise<Claim> {
  const target = attributes.metadata.name;
  const condition = { type: MODIFYING, status: 'True', message: `Modifying volume to ${JSON.stringify(target)} is in progress.` };
  const conditions = withModifyConditions(claim.status?.conditions, [condition], formatTime(clock.now()));
  const modifyVolumeStatus = { targetVolumeAttributesClassName: target, status: 'InProgress' };
  const marked = await writeClaim(claim, { status: { conditions, modifyVolumeStatus } }, program);
  note(program, claim, ['VolumeModify', `external resizer is modifying volume ${claim.metadata.name} with vac ${target}`]);
  return marked;
}

/** The call of the driver, and what follows (controllerModifyVolumeWithTarget). */
async function finish(modification: Modification, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { claim, volume, attributes, program } = modification;
  const refused = infeasibleOf(ctx.informers);
  const target = attributes.metadata.name;
  const key = formatKey(keyOf(claim));
  const unknown = unknownParameters(attributes.parameters ?? {}, program.driver?.mutableParameters);
  if (unknown.length > 0) {
    refused.set(key, { target, until: ctx.clock.now() + SLOW_RETRY });
    await refuse(modification, `invalid parameters: [${unknown.join(' ')}]`, ctx);
    return { requeueAfter: SLOW_RETRY };
  }
  refused.delete(key);
  await program.client.patch(PersistentVolume, volume.metadata.name, undefined, 'merge', { spec: { volumeAttributesClassName: target } });
  const conditions = others(claim);
  const status = {
    currentVolumeAttributesClassName: target,
    modifyVolumeStatus: null,
    conditions: conditions.length > 0 ? conditions : null,
  };
  await writeClaim(claim, { status }, program);
  const done = `external resizer modified volume ${claim.metadata.name} with vac ${target} successfully`;
  note(program, claim, ['VolumeModifySuccessful', done]);
  return undefined;
}

async function refuse({ claim, attributes, program }: Modification, description: string, { clock }: ReconcileContext): Promise<void> {
  const target = attributes.metadata.name;
  const added = [
    { type: MODIFYING, status: 'True', message: `Modifying volume to ${JSON.stringify(target)} failed. Waiting for retry.` },
    { type: FAILED, status: 'True', reason: 'InvalidArgument', message: description },
  ];
  const conditions = withModifyConditions(claim.status?.conditions, added, formatTime(clock.now()));
  const modifyVolumeStatus = { targetVolumeAttributesClassName: target, status: 'Infeasible' };
  await writeClaim(claim, { status: { conditions, modifyVolumeStatus } }, program);
  note(program, claim, ['VolumeModifyFailed', rpcError('InvalidArgument', description)]);
}
