import { json, yaml } from './fact-objects.js';
import type { Step } from './kubectl-commands.js';

const claim = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'facts-manual', ...spec },
});
const volume = (name: string, storageClassName = 'facts-manual') => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' }, storageClassName, hostPath: { path: '/mnt/data' } },
});

/** Volumes and claims, as they are met in exercises. */
export const storageFacts: readonly Step[] = [
  { run: 'create -n NS -f -', input: yaml(claim('data')) },
  // Once another one is bound, the controller has seen the first.
  { run: 'create -n NS -f -', input: yaml(volume('facts-other', 'facts-other'), claim('other', { storageClassName: 'facts-other' })) },
  { run: 'wait pvc other -n NS --for=jsonpath={.status.phase}=Bound --timeout=60s' },
  { run: 'delete pvc other -n NS' },
  { run: 'delete pv facts-other' },
  {
    run: 'describe pvc data -n NS',
    shows: [
      /Status: +Pending/,
      /Warning +ProvisioningFailed .*persistentvolume-controller +storageclass.storage.k8s.io "facts-manual" not found/,
    ],
  },
  { run: 'create -f -', input: yaml(volume('facts-volume')) },
  { run: 'wait pvc data -n NS --for=jsonpath={.status.phase}=Bound --timeout=60s' },
  {
    run: 'get pvc data -n NS --no-headers',
    shows: [/^data +Bound +facts-volume +2Gi +RWO +facts-manual +<unset> /],
  },
  { run: 'get pv facts-volume --no-headers', shows: [/^facts-volume +2Gi +RWO +Retain +Bound +\S+\/data +facts-manual +<unset> /] },
  {
    run: 'describe pv facts-volume',
    shows: [/StorageClass: +facts-manual/, /Status: +Bound/, /Reclaim Policy: +Retain/, /Type: +HostPath/, /Path: +\/mnt\/data/],
  },
  {
    run: ['patch', 'pvc', 'data', '-n', 'NS', '-p', '{"spec":{"resources":{"requests":{"storage":"3Gi"}}}}'],
    code: 1,
    shows: [/only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize/],
  },
  { run: 'delete pvc data -n NS', shows: [/persistentvolumeclaim "data" deleted/] },
  { run: 'wait pv facts-volume --for=jsonpath={.status.phase}=Released --timeout=60s' },
  { run: ['patch', 'pv', 'facts-volume', '--type=json', '-p', '[{"op":"remove","path":"/spec/claimRef"}]'] },
  { run: 'wait pv facts-volume --for=jsonpath={.status.phase}=Available --timeout=60s' },
  { run: 'create -n NS -f -', input: yaml(claim('again', { volumeName: 'facts-volume' })) },
  { run: 'wait pvc again -n NS --for=jsonpath={.status.phase}=Bound --timeout=60s' },
  { run: ['get', 'pvc', 'again', ...json, 'jsonpath={.spec.volumeName}'], shows: [/^facts-volume$/] },
  { run: 'delete pvc again -n NS' },
  { run: 'delete pv facts-volume', shows: [/persistentvolume "facts-volume" deleted/] },
  { run: 'get csinodes --no-headers', shows: [/^control-plane +0 /m] },
];
