import type { Json } from '../cluster-api.js';
import { labels, script, template } from './objects.js';
import { post, type Step } from './step.js';

/** Objects that validation lets through and that nothing can bring into their desired state. */
export interface Hostile {
  name: string;
  steps: readonly Step[];
  /** Reasons of which an event tells why it does not come about. */
  why?: RegExp;
  /** Writes of an hour, if it does something again and again on purpose. */
  most?: number;
}

export const HUGE = 100_000;
export const namespaces = '/api/v1/namespaces';
export const inner = (group: 'apps' | 'batch', resource: string): string => `/apis/${group}/v1/namespaces/small/${resource}`;
export const small = (hard: Json = { pods: '2' }): Step[] => [
  post(namespaces, { metadata: { name: 'small' } }),
  post(`${namespaces}/small/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } }),
];
export const set = (name: string, spec: Json = {}): Json => ({
  metadata: { name },
  spec: { replicas: 2, selector: labels(name), template: template(name), ...spec },
});
export const stateful = (name: string, spec: Json = {}): Json => set(name, { serviceName: 'nothing', ...spec });
export const owner = (kind: string, apiVersion: string, more: Json = {}): Json => ({
  kind,
  apiVersion,
  name: 'nobody',
  uid: 'a-b-c',
  ...more,
});
export const owned = (name: string, ownerReferences: Json[]): Json => ({ metadata: { name, ownerReferences } });
export const job = (name: string, spec: Json = {}, run = 'exit 1'): Json => ({
  metadata: { name },
  spec: { template: { spec: script(run) }, ...spec },
});
export const cron = (name: string, schedule: string, spec: Json = {}, run = 'exit 0'): Json => ({
  metadata: { name },
  spec: { schedule, jobTemplate: { spec: { template: { spec: script(run) } } }, ...spec },
});
export const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
export const scalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
export const scaler = (name: string, kind: string, target: string, apiVersion = 'apps/v1'): Json => ({
  metadata: { name },
  spec: { scaleTargetRef: { apiVersion, kind, name: target }, maxReplicas: 3 },
});
export const admission = '/apis/admissionregistration.k8s.io/v1';
export const rbac = '/apis/rbac.authorization.k8s.io/v1';
