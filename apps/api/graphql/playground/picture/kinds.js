/** Kinds as kubectl abbreviates them, by what they are for: `Kind short`; a `*` stands behind those that belong to no namespace. */
const families = {
  workload:
    'Deployment deploy, ReplicaSet rs, StatefulSet sts, DaemonSet ds, Job job, CronJob cj, ReplicationController rc, ControllerRevision rev, HorizontalPodAutoscaler hpa, PodDisruptionBudget pdb, PodTemplate tpl',
  pod: 'Pod po',
  network:
    'Service svc, EndpointSlice eps, Endpoints ep, Ingress ing, IngressClass* ingc, NetworkPolicy netpol, ServiceCIDR* cidr, IPAddress* ip',
  config: 'ConfigMap cm, Secret sec, LimitRange lim, ResourceQuota quota',
  storage:
    'PersistentVolumeClaim pvc, PersistentVolume* pv, StorageClass* sc, VolumeAttachment* va, CSIDriver* csid, CSINode* csin, CSIStorageCapacity csic, VolumeAttributesClass* vac',
  access: 'ServiceAccount sa, Role role, RoleBinding rb, ClusterRole* cr, ClusterRoleBinding* crb, CertificateSigningRequest* csr',
  cluster:
    'Node* no, Namespace* ns, PriorityClass* pc, RuntimeClass* rtc, Lease lease, CustomResourceDefinition* crd, APIService* api, ComponentStatus* cs, FlowSchema* fs, PriorityLevelConfiguration* plc, DeviceClass* dc, ResourceSlice* slice',
  event: 'Event ev',
};

const known = new Map(
  Object.entries(families).flatMap(([family, list]) =>
    list.split(', ').map((entry) => {
      const [kind, short] = entry.split(' ');
      return [kind.replace('*', ''), { short, family, namespaced: !kind.endsWith('*') }];
    }),
  ),
);

/** A kind of one's own: its capitals, `CronTab` → ct; the first letters of a kind with one capital. */
const abbreviated = (kind) => {
  const capitals = kind.replaceAll(/[^A-Z]/g, '').toLowerCase();
  return (capitals.length > 1 ? capitals : kind.toLowerCase()).slice(0, 4);
};

/** How a kind is shown: `{ short, family, namespaced }`; undefined kinds, which the query does not tell, as `?`. */
export function lookOf(kind) {
  if (!kind) return { short: '?', family: 'other', namespaced: true };
  return known.get(kind) ?? { short: abbreviated(kind), family: 'other', namespaced: true };
}

/** Whether it is a kind that every cluster has. */
export const isBuiltIn = (kind) => known.has(kind);

/** The plural of a kind in a sentence: pods, network policies. */
export function pluralOf(kind) {
  if (/(s|x|ch)$/i.test(kind) && kind !== 'Endpoints') return `${kind}es`;
  if (/[^aeiou]y$/.test(kind)) return `${kind.slice(0, -1)}ies`;
  return kind === 'Endpoints' ? kind : `${kind}s`;
}

const byName = new Map([...known].flatMap(([kind, { short }]) => [kind, pluralOf(kind), short].map((name) => [name.toLowerCase(), kind])));

/** The kind that a field or an argument names: `replicaSets`, `replicaset`, `rs`, `deployments.apps`; undefined if it is none. */
export const kindNamed = (name) => byName.get(name.toLowerCase().split('.')[0]);
