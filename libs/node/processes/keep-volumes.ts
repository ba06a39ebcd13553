import type { corev1 } from '#api';
import { deepEqual } from '#apimachinery';
import type { ClusterContext } from '#controller-runtime';
import { PodMachine } from '../runtime/pod-machine.js';
import { filesIn, mayKeepFiles, type VolumeFiles, volumeKey } from '../runtime/volume-files.js';
import { worldOf } from './cluster-processes.js';
import { MOST_STEPS_PER_LOOK, STEPS_PER_TURN } from './limits.js';

/** Keeps what a pod that has ended leaves in volumes that outlive it. */
export async function keepVolumes(pod: corev1.Pod, context: ClusterContext): Promise<void> {
  const { machines, clock, inTurn } = context;
  if (!machines || !mayKeepFiles(pod) || !(pod.status?.containerStatuses ?? []).some(({ containerID }) => containerID)) return;
  const world = worldOf(context);
  const machine = await PodMachine.open(pod, world);
  const now = clock.now();
  for (let taken = 0; taken < MOST_STEPS_PER_LOOK; taken += STEPS_PER_TURN) {
    const stop = await inTurn(() => machine.steps(now, STEPS_PER_TURN));
    if (stop === 'outside') await machine.processes.outside();
    else if (stop !== 'more') break;
  }
  for (const volume of pod.spec?.volumes ?? []) {
    const key = await volumeKey(pod, volume, world.objects);
    const root = machine.volume(volume.name);
    if (key === undefined || root === undefined) continue;
    const files = filesIn(root, now);
    const before = (await machines.read<VolumeFiles>(key))?.files ?? [];
    if (deepEqual(files, before)) continue;
    const row: VolumeFiles = { kind: 'VolumeFiles', apiVersion: 'machine/v1', metadata: { name: key.slice('volumes/'.length) }, files };
    await machines.write(key, row);
  }
}
