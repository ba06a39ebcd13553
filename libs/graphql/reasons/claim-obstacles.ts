import type { corev1, storagev1 } from '#api';
import { type Obstacle, type Trouble, troubles } from './obstacle.js';

/** The events of the volume controller and of provisioners that tell why a claim waits (pkg/controller/volume/events/event.go). */
const WAITING = new Set([
  'FailedBinding',
  'ProvisioningFailed',
  'WaitForFirstConsumer',
  'WaitForPodScheduled',
  'ExternalProvisioning',
  'VolumeMismatch',
]);

const CLASS_HELP = 'Create the StorageClass, or name one that there is.';

const withHelp = (obstacle: Obstacle): Obstacle =>
  /^storageclass\S* ".*" not found$/.test(obstacle.message) ? { ...obstacle, help: CLASS_HELP } : obstacle;

/** What keeps a claim from being bound. `storageClass`: the one that it names, if there is one. `events`: about it, oldest first. */
export function claimObstacles(
  { spec, status }: corev1.PersistentVolumeClaim,
  { storageClass, events }: { storageClass: storagev1.StorageClass | undefined; events: readonly Trouble[] },
): Obstacle[] {
  if (status?.phase === 'Bound') return [];
  if (status?.phase === 'Lost') {
    return [
      {
        reason: 'Lost',
        message: `its volume ${spec?.volumeName ?? ''} is gone, and its data with it`,
        help: 'Delete the claim, and make another one.',
      },
    ];
  }
  const told = troubles(events, ({ reason = '' }) => WAITING.has(reason));
  if (told.length > 0) return told.map(withHelp);
  const name = spec?.storageClassName;
  if (name && !storageClass) {
    return [withHelp({ reason: 'NoStorageClass', message: `storageclass.storage.k8s.io "${name}" not found` })];
  }
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer') {
    return [{ reason: 'WaitForFirstConsumer', message: 'it is bound as soon as a pod that uses it is scheduled' }];
  }
  if (storageClass) return [{ reason: 'Provisioning', message: `it waits for a volume of ${storageClass.provisioner}` }];
  return [
    {
      reason: 'NoVolume',
      message: 'no PersistentVolume matches it, and it names no StorageClass',
      help: 'Create a PersistentVolume, or name a StorageClass.',
    },
  ];
}
