import { formatGoDuration } from '#apimachinery';
import { type Fault, type FaultyComponent, isOutOfValidity } from './fault.js';

/** What is missing without a component. */
const WITHOUT: Readonly<Record<FaultyComponent, string>> = {
  etcd: 'without a quorum of its members nothing can be written, and no list that must be current can be read',
  'kube-apiserver': 'while none is up, clients get 503',
  'kube-controller-manager':
    'while none holds the Lease, nothing reconciles: no ReplicaSets, no pods of theirs, no endpoints, no garbage collection',
  'kube-scheduler': 'while none holds the Lease, new pods stay Pending without a node',
  'cloud-controller-manager':
    'while none holds the Lease, new nodes keep the taint node.cloudprovider.kubernetes.io/uninitialized, those whose machine is gone stay, and load balancers are neither made nor removed',
  kubelet: 'its Lease is not renewed: after 50s the node is NotReady, after 5m more its pods are evicted',
};

const PAUSED =
  'its liveness probe fails, so that after about two minutes its kubelet kills and restarts it, unless that is down, too: then it works again';

/** Of a machine that has been off. */
const REBOOTED = 'healed, it has the event Rebooted, and its pods get new sandboxes and addresses: their containers are restarted';

function processSymptoms({ type, component, node, exitCode = 1 }: Fault): string[] {
  if (component === undefined)
    return [
      WITHOUT.kubelet,
      `connections to the pods of ${node} time out`,
      'so do components of the control plane that run there',
      REBOOTED,
    ];
  const without = WITHOUT[component];
  if (component === 'kubelet') return [without, type === 'pause' ? 'its containers go on' : 'its containers go on, and are not restarted'];
  if (type === 'stop') return [without, 'its mirror pod is gone'];
  if (type === 'pause') return [without, PAUSED];
  return [without, `its container ends with exit code ${exitCode} whenever it is started, and is in CrashLoopBackOff`];
}

function skewSymptoms(fault: Fault): string[] {
  const { node = '', skew = 0, since } = fault;
  const by = `${formatGoDuration(Math.abs(skew))} ${skew > 0 ? 'ahead' : 'behind'}`;
  const wrong = [
    `date is ${by} in the containers on ${node}, and so are the renewals of its Lease and the times of its kubelet's events`,
    `on a node of the control plane, CronJobs follow the clock of the kube-controller-manager that leads, and tokens and client certificates are valid by that of the kube-apiserver`,
  ];
  return isOutOfValidity(fault, since)
    ? [...wrong, `the certificates of ${node} are not valid at the time that its clock shows`, WITHOUT.kubelet]
    : wrong;
}

function slowSymptoms(component: FaultyComponent | undefined, delay: string, node = ''): string[] {
  const requests =
    'components react so much later, and clients wait so long while the clock goes; one that is stepped does not wait for them';
  if (component === 'kubelet') return [`what ${node} is to do begins ${delay} later`];
  if (component === 'kube-apiserver') return [`each request to it takes ${delay}`, requests];
  if (component === 'etcd')
    return [`while it leads, each write takes ${delay}; slower than 1s it loses the lead, if there is another member`, requests];
  return [`it works only every ${delay}`];
}

/** What can be seen of a fault in the cluster. */
export function symptomsOf(fault: Fault): string[] {
  const { type, component, node, peer, image, delay = 0 } = fault;
  switch (type) {
    case 'cut':
      return [`${node} and ${peer ?? 'all other nodes'} do not reach one another`, WITHOUT.kubelet];
    case 'slow':
      return slowSymptoms(component, formatGoDuration(delay), node);
    case 'skew-clock':
      return skewSymptoms(fault);
    case 'fill-disk':
      if (component === 'etcd') return ['the alarm NOSPACE is raised: writes are refused with "etcdserver: mvcc: database space exceeded"'];
      return [`${node} has the condition DiskPressure and the taint node.kubernetes.io/disk-pressure`, 'its pods are evicted'];
    case 'shutdown':
      return [
        `${node} is NotReady ("node is shutting down"), and its pods are terminated by their priority as shutdownGracePeriod in its /var/lib/kubelet/config.yaml says`,
        'then the machine is off; without shutdownGracePeriod at once, and its pods are not told',
        REBOOTED,
      ];
    case 'slow-pull':
      return [`pulls of ${image ?? 'images'} take ${formatGoDuration(delay)} longer`];
    case 'fail-pull':
      return [`containers with ${image ?? 'images that are not on the node'} wait with ErrImagePull and ImagePullBackOff`];
    case 'corrupt-manifest':
      return component === undefined ? [] : [WITHOUT[component], 'the kubelet cannot read its manifest: its mirror pod is gone'];
    case 'corrupt-data':
      return [WITHOUT.etcd, 'the member ends with "wal: crc mismatch"; healed, it is removed and added again'];
    default:
      return processSymptoms(fault);
  }
}
