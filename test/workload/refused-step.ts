import type { Json } from '../cluster-api.js';
import { claimSpec, core } from './objects.js';
import { post, type Step } from './step.js';

/** What makes a controller write: `before` is done while it may, `steps` when all of its writes are refused. */
export interface Refused {
  controller: string;
  before?: readonly Step[];
  steps?: readonly Step[];
}

export const networking = '/apis/networking.k8s.io/v1';
export const storage = '/apis/storage.k8s.io/v1';

export const service = (name: string, spec: Json = {}): Step =>
  post(`${core}/services`, { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
export const claim = (name: string, more: Json = {}): Step =>
  post(`${core}/persistentvolumeclaims`, { metadata: { name }, spec: { ...claimSpec(''), ...more } });
export const volume = (name: string, spec: Json): Step =>
  post('/api/v1/persistentvolumes', {
    metadata: { name },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain', ...spec },
  });
export const pod = (name: string, spec: Json, metadata: Json = {}): Step => post(`${core}/pods`, { metadata: { name, ...metadata }, spec });
