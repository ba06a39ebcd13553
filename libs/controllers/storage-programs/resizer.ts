import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import { formatKey, formatTime, type Instant, keyOf, parseQuantity, Quantity } from '#apimachinery';
import { perCluster } from '#client';
import { defineController, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { indexVolumesByDriver } from '../attach-detach/indexes.js';
import { withResizeConditions } from './claim-conditions.js';
import { claimsOfDrivers, writeClaim } from './driver-volumes.js';
import { note, SLOW_RETRY } from './external-resizer.js';
import { operation } from './operations.js';
import { planResize, wantsMore } from './plan-resize.js';
import { concernsPrograms, indexPrograms, type RunningProgram, runningProgram, startedPrograms } from './programs.js';
import { rpcError } from './rpc-error.js';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

/** On a claim whose volume needs nothing from the kubelet to have its new size. */
const NOT_ON_NODE = 'volume.kubernetes.io/node-expansion-not-required';
const PENDING = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

/** Expands the volumes of the CSI drivers in the cluster's pods, as csi-resizer beside a driver does (external-resizer). */
export const volumeResizer = defineController({
  name: 'external-resizer',
  for: PersistentVolumeClaim,
  filter: ({ object, deleted }) => !deleted && wantsMore(object),
  reads: [PersistentVolume],
  watches: [watching(Pod, (change, informers) => claimsOfDrivers(informers, startedPrograms(change, 'resize')))],
  afterFaults: (informers) => informers.of(PersistentVolumeClaim).list().filter(wantsMore).map(keyOf),
  interests(change) {
    return change.resource === 'pods' ? concernsPrograms(change) : !change.deleted && wantsMore(change.object() as Claim);
  },
  index(informers) {
    indexPrograms(informers);
    indexVolumesByDriver(informers);
  },
  reconcile: resize,
  async gone(key, { informers }) {
    failuresOf(informers).delete(formatKey(key));
  },
});

/** The last attempts that have failed for good, by claim; `until`: they can never succeed and are not tried again before. */
const failuresOf = perCluster(() => new Map<string, { until?: Instant }>());

async function resize(claim: Claim, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers, clock } = ctx;
  const volume = informers.of(PersistentVolume).get(claim.spec.volumeName ?? '');
  const name = volume?.spec.csi?.driver;
  if (volume === undefined || name === undefined) return undefined;
  const program = runningProgram({ task: 'resize', name }, ctx);
  if (program === undefined) return undefined;
  if (!program.driver?.expandsInController && !program.driver?.expandsOnNode) return undefined;
  const failed = failuresOf(informers).get(formatKey(keyOf(claim)));
  const plan = planResize(claim, volume, { failed: failed !== undefined });
  if (plan.do === 'nothing') return undefined;
  if (plan.again && failed?.until !== undefined && failed.until > clock.now()) return { requeueAfter: failed.until - clock.now() };
  const { first, wait } = operation(`resize/${claim.metadata.uid}/${plan.size}`, ctx);
  const expansion = { claim, volume, program, size: plan.size };
  if (first) expansion.claim = await begin(expansion, plan.again, ctx);
  return wait > 0 ? { requeueAfter: wait } : expand(expansion, ctx);
}

/** A volume that is to get a size, by a program. */
interface Expansion {
  claim: Claim;
  volume: Volume;
  program: RunningProgram;
  size: Quantity;
}

/** Says that the expansion has begun (markControllerResizeInProgress). */
async function begin({ claim, volume, program, size }: Expansion, again: boolean, { clock }: ReconcileContext): Promise<Claim> {
  const { status = {} } = claim;
  const condition = { type: 'Resizing', status: 'True', lastTransitionTime: formatTime(clock.now()) };
  const conditions = withResizeConditions(status.conditions, [condition], { keep: again });
  const allocatedResources = { ...status.allocatedResources, storage: size.toString() };
  const states = again ? {} : { allocatedResourceStatuses: { ...status.allocatedResourceStatuses, storage: 'ControllerResizeInProgress' } };
  const annotations = claim.metadata.annotations?.[NOT_ON_NODE] === undefined ? {} : { annotations: { [NOT_ON_NODE]: null } };
  const marked = await writeClaim(claim, { status: { conditions, allocatedResources, ...states }, ...annotations }, program);
  note(program, claim, ['Resizing', `External resizer is resizing volume ${volume.metadata.name}`]);
  return marked;
}

/** The call of the driver, and what follows (callResizeOnPlugin). */
async function expand(expansion: Expansion, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { claim, volume, program, size } = expansion;
  const { largestVolume: most = 0, expandsInController = false, expandsOnNode = false } = program.driver ?? {};
  const failed = failuresOf(ctx.informers);
  const key = formatKey(keyOf(claim));
  const { name } = volume.metadata;
  if (expandsInController && size.compare(Quantity.of(most)) > 0) {
    const error = rpcError('OutOfRange', `Requested capacity ${size.toNumber()} exceeds maximum allowed ${most}`);
    failed.set(key, { until: ctx.clock.now() + SLOW_RETRY });
    await markInfeasible(expansion, error, ctx);
    note(program, claim, ['VolumeResizeFailed', `resize volume "${name}" by resizer "${program.name}" failed: ${error}`]);
    return { requeueAfter: SLOW_RETRY };
  }
  failed.delete(key);
  // The driver says how many bytes the volume has now; it makes none smaller.
  const bytes = Math.max(size.toNumber(), parseQuantity(volume.spec.capacity?.storage ?? '0').toNumber());
  const storage = Quantity.of(bytes, 'BinarySI').toString();
  await program.client.patch(PersistentVolume, name, undefined, 'merge', { spec: { capacity: { storage } } });
  if (expandsOnNode) await markPending(expansion, ctx);
  else await markFinished(expansion, storage);
  return undefined;
}

async function markInfeasible({ claim, program }: Expansion, error: string, { clock }: ReconcileContext): Promise<void> {
  const lastTransitionTime = formatTime(clock.now());
  const condition = { type: 'ControllerResizeError', status: 'True', lastTransitionTime, message: `failed to expand pvc with ${error}` };
  const conditions = withResizeConditions(claim.status?.conditions, [condition], { keep: true });
  const allocatedResourceStatuses = { ...claim.status?.allocatedResourceStatuses, storage: 'ControllerResizeInfeasible' };
  await writeClaim(claim, { status: { conditions, allocatedResourceStatuses } }, program);
}

/** The kubelet of a node that uses the volume does the rest (markForPendingNodeExpansion). */
async function markPending({ claim, program }: Expansion, { clock }: ReconcileContext): Promise<void> {
  const condition = { type: 'FileSystemResizePending', status: 'True', lastTransitionTime: formatTime(clock.now()), message: PENDING };
  const conditions = withResizeConditions(claim.status?.conditions, [condition], { keep: true });
  const allocatedResourceStatuses = { ...claim.status?.allocatedResourceStatuses, storage: 'NodeResizePending' };
  await writeClaim(claim, { status: { conditions, allocatedResourceStatuses } }, program);
  note(program, claim, ['FileSystemResizeRequired', 'Require file system resize of volume on node']);
}

/** Nothing is left for the kubelet (markOverallExpansionAsFinished). */
async function markFinished({ claim, program }: Expansion, storage: string): Promise<void> {
  const conditions = withResizeConditions(claim.status?.conditions, [], { keep: false });
  const status = {
    capacity: { storage },
    conditions: conditions.length > 0 ? conditions : null,
    allocatedResourceStatuses: { storage: null },
  };
  await writeClaim(claim, { status, annotations: { [NOT_ON_NODE]: 'true' } }, program);
  note(program, claim, ['VolumeResizeSuccessful', 'Resize volume succeeded']);
}
