import type { Meanings } from './meanings.js';

/** What the values of enums of volumes mean (k8s.io/api/core/v1 and storage/v1). */
export const storageMeanings: Meanings = {
  'v1.HostPathType': {
    BlockDevice: 'There must be a block device.',
    CharDevice: 'There must be a character device.',
    Directory: 'There must be a directory.',
    DirectoryOrCreate: 'An empty directory is made where there is none.',
    File: 'There must be a file.',
    FileOrCreate: 'An empty file is made where there is none.',
    Socket: 'There must be a UNIX socket.',
  },
  'v1.AzureDataDiskKind': {
    Dedicated: 'One disk in a storage account of its own.',
    Managed: 'A disk that Azure manages.',
    Shared: 'Several disks in one storage account.',
  },
  'v1.AzureDataDiskCachingMode': {
    None: 'Nothing is cached on the host.',
    ReadOnly: 'What is read is cached on the host.',
    ReadWrite: 'What is read and written is cached on the host.',
  },
  'v1.PersistentVolumeAccessMode': {
    ReadOnlyMany: 'Many nodes may read it.',
    ReadWriteMany: 'Many nodes may read and write it.',
    ReadWriteOnce: 'One node may read and write it: all pods there.',
    ReadWriteOncePod: 'A single pod of the cluster may read and write it.',
  },
  'v1.PersistentVolumeMode': {
    Block: 'Pods get the raw device.',
    Filesystem: 'Pods get a directory.',
  },
  'v1.PersistentVolumeReclaimPolicy': {
    Delete: 'It is deleted with its claim, and what is stored in it.',
    Recycle: 'It is emptied, and may be claimed again. Deprecated.',
    Retain: 'It is kept when its claim is deleted, until somebody looks after it.',
  },
  'v1.PersistentVolumePhase': {
    Available: 'No claim has it yet.',
    Bound: 'A claim has it.',
    Failed: 'It could not be emptied or deleted.',
    Pending: 'It is not there yet.',
    Released: 'Its claim is deleted; nobody else gets it.',
  },
  'v1.PersistentVolumeClaimPhase': {
    Bound: 'It has a volume.',
    Lost: 'Its volume is no longer there.',
    Pending: 'It has no volume yet.',
  },
  'v1.PersistentVolumeClaimModifyVolumeStatus': {
    InProgress: 'The volume is being changed.',
    Infeasible: 'The driver refuses the change: another class has to be chosen.',
    Pending: 'The change cannot begin: its class is not there, or the like.',
  },
  'v1.VolumeLifecycleMode': {
    Ephemeral: 'Volumes are made with a pod, and are gone with it.',
    Persistent: 'Volumes are those of claims.',
  },
  'v1.FSGroupPolicy': {
    File: 'The group of all files is set to that of the pod.',
    None: 'The group of files is left as it is.',
    ReadWriteOnceWithFSType: 'The group of files is set if one node alone writes, and a file system is named.',
  },
  'v1.VolumeBindingMode': {
    Immediate: 'A claim gets its volume at once.',
    WaitForFirstConsumer: 'A claim gets its volume when a pod uses it, where that pod is to run.',
  },
};
