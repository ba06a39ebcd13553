import { apps, core, deployment, image } from './objects.js';
import { advance, patch, post, remove, type Step } from './step.js';

/** Roll-outs of Deployments, one of which cannot start, and names that the API server makes. */
export const rollouts: readonly Step[] = [
  post(`${apps}/deployments`, deployment('web', 20)),
  post(`${core}/services`, { metadata: { name: 'web' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] } }),
  advance('30s'),
  patch(`${apps}/deployments/web`, image('nginx:1.28')),
  advance('1m'),
  ...[1, 2, 3].map(() => post(`${core}/configmaps`, { metadata: { generateName: 'g-' } })),
  patch(`${apps}/deployments/web`, { spec: { replicas: 7 } }),
  post(`${apps}/deployments`, deployment('broken', 3)),
  patch(`${apps}/deployments/broken`, image('no-such-image')),
  advance('10m'),
  remove(`${core}/pods?labelSelector=app%3Dbroken`),
  remove(`${apps}/deployments/web`),
  advance('1m'),
  post(`${apps}/deployments`, deployment('web', 2)),
  advance('30s'),
];
