import type { Meanings } from './meanings.js';

/** What the values of enums of pods and their containers mean (k8s.io/api/core/v1). */
export const podMeanings: Meanings = {
  'v1.PodPhase': {
    Failed: 'All containers have ended, at least one of them with an error.',
    Pending: 'It is accepted, but not all containers have been started: it waits for a node, for images, for volumes.',
    Running: 'It is on a node, and at least one container runs or is being started.',
    Succeeded: 'All containers have ended without an error, and are not started again.',
    Unknown: 'Nothing is heard of it, because its node does not answer.',
  },
  'v1.PodQOSClass': {
    BestEffort: 'No container requests anything: the first to be evicted when the node runs short.',
    Burstable: 'Some container requests something, but not all are limited to just what they request.',
    Guaranteed: 'Every container is limited to the CPU and memory that it requests: the last to be evicted.',
  },
  'v1.RestartPolicy': {
    Always: 'Containers are started again whenever they end.',
    Never: 'Containers are never started again.',
    OnFailure: 'Containers are started again if they end with an error.',
  },
  'v1.ContainerRestartPolicy': {
    Always: 'The container is started again whenever it ends; of an init container: it runs beside the others.',
    Never: 'The container is never started again.',
    OnFailure: 'The container is started again if it ends with an error.',
  },
  'v1.ContainerRestartRuleAction': {
    Restart: 'The container is started again.',
    RestartAllContainers: 'All containers of the pod are started again, in place.',
  },
  'v1.ContainerRestartRuleOnExitCodesOperator': {
    In: 'The exit code is one of those that are listed.',
    NotIn: 'The exit code is none of those that are listed.',
  },
  'v1.PullPolicy': {
    Always: 'The registry is asked for the image at each start of the container.',
    IfNotPresent: 'The image is pulled if the node does not have it.',
    Never: 'The image is never pulled: the node has it, or the container does not start.',
  },
  'v1.Protocol': {
    SCTP: 'The Stream Control Transmission Protocol.',
    TCP: 'A connection: what is sent arrives, in order.',
    UDP: 'Single datagrams, without a connection.',
  },
  'v1.URIScheme': {
    HTTP: 'Without encryption.',
    HTTPS: 'Over TLS; the certificate is not verified.',
  },
  'v1.TerminationMessagePolicy': {
    FallbackToLogsOnError: 'The message is the end of the log, if the file is empty and the container ended with an error.',
    File: 'The message is what the container has written to its file.',
  },
  'v1.DNSPolicy': {
    ClusterFirst: 'Names are asked of the cluster’s DNS, which hands others on; a pod in the network of the host is as Default.',
    ClusterFirstWithHostNet: 'Names are asked of the cluster’s DNS, in the network of the host, too.',
    Default: 'Names are resolved as on the node.',
    None: 'Only what dnsConfig says.',
  },
  'v1.ResourceResizeRestartPolicy': {
    NotRequired: 'The container goes on running when its resources change.',
    RestartContainer: 'The container is started again when its resources change.',
  },
  'v1.ResourceHealthStatus': {
    Healthy: 'The device works.',
    Unhealthy: 'The device does not work.',
    Unknown: 'Nothing is known of the device.',
  },
  'v1.OSName': {
    linux: 'Nodes with Linux.',
    windows: 'Nodes with Windows.',
  },
  'v1.MountPropagationMode': {
    Bidirectional: 'Mounts of the host appear in the container, and its own on the host and in other containers.',
    HostToContainer: 'Mounts that the host makes later appear in the container.',
    None: 'Neither sees what the other mounts later.',
  },
  'v1.RecursiveReadOnlyMode': {
    Disabled: 'What is mounted below may be written.',
    Enabled: 'What is mounted below is read-only, too; otherwise the pod does not start.',
    IfPossible: 'What is mounted below is read-only, too, where the runtime can do that.',
  },
  'v1.ProcMountType': {
    Default: 'Paths of /proc that tell of the host are hidden or read-only.',
    Unmasked: 'The container sees all of /proc.',
  },
  'v1.SeccompProfileType': {
    Localhost: 'System calls are filtered by a file on the node.',
    RuntimeDefault: 'System calls are filtered as the container runtime does by default.',
    Unconfined: 'System calls are not filtered.',
  },
  'v1.AppArmorProfileType': {
    Localhost: 'A profile that is loaded on the node.',
    RuntimeDefault: 'The profile of the container runtime.',
    Unconfined: 'AppArmor forbids nothing.',
  },
  'v1.PodFSGroupChangePolicy': {
    Always: 'The owner of each file of a volume is changed whenever it is mounted.',
    OnRootMismatch: 'Files are changed only if the root of the volume has another owner or other permissions.',
  },
  'v1.SupplementalGroupsPolicy': {
    Merge: 'The user has the groups that the image gives it, too.',
    Strict: 'The user has only the groups that the pod names.',
  },
  'v1.PodSELinuxChangePolicy': {
    MountOption: 'Volumes are mounted with the label of the pod: that takes no time.',
    Recursive: 'Each file of a volume gets the label of the pod.',
  },
};
