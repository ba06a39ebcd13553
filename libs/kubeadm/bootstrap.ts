import type { Resource } from '#api';
import { isAlreadyExists, isInvalid, type KubeObject } from '#apimachinery';
import type { Client } from '#client';
import { configMapSteps } from './config-maps.js';
import { corednsSteps } from './coredns.js';
import { daemonPodSteps, daemonSetSteps, daemonStatusSteps } from './daemon-sets.js';
import { leaseSteps, nodeSteps, untaintSteps } from './nodes.js';
import { rbacSteps } from './rbac.js';
import { identitySteps, serverStatusSteps, serverSteps } from './server-objects.js';
import { accountSteps, namespaceSteps } from './service-accounts.js';
import { kubernetesEndpointSteps, serviceSteps } from './services.js';
import { staticPodSteps } from './static-pods.js';
import { type Made, type Phase, type Step, writtenBy } from './step.js';
import { type ClusterTemplate, planNodes } from './template.js';

const byServer = (steps: readonly Step[]): Step[] => writtenBy('kube-apiserver', steps);
const byControllers = (steps: readonly Step[]): Step[] => writtenBy('kube-controller-manager', steps);
const byKubeadm = (steps: readonly Step[]): Step[] => writtenBy('kubeadm', steps);
const byKubelet = (steps: readonly Step[]): Step[] => writtenBy('kubelet', steps);

/**
 * Everything that a new cluster contains, in phases: the steps of a phase may run concurrently, the phases run one after the other. Pure.
 */
export function bootstrapPhases(template: ClusterTemplate): Phase[] {
  const nodes = planNodes(template);
  const { rootCA, now } = template;
  return [
    () => byServer(namespaceSteps()),
    () => [
      ...byServer([...serverSteps(), ...rbacSteps()]),
      ...byControllers(accountSteps(rootCA)),
      ...byKubeadm(configMapSteps(template, nodes)),
    ],
    () => [...byServer([...serviceSteps(), ...kubernetesEndpointSteps(nodes)]), ...byKubelet(nodeSteps(template, nodes))],
    (made) => [
      ...byControllers(untaintSteps(nodes)),
      ...byServer([...serverStatusSteps(now), ...identitySteps(nodes, now)]),
      ...leaseSteps(nodes, made, now),
      ...byKubeadm(daemonSetSteps(nodes)),
    ],
    (made) => [
      ...byKubelet(staticPodSteps(nodes, made, now)),
      ...byControllers([...daemonPodSteps(nodes, made), ...daemonStatusSteps(nodes)]),
      ...byKubeadm(corednsSteps()),
    ],
  ];
}

const stepKey = ({ group, resource }: Resource, name: string, namespace = ''): string => `${group}/${resource}/${namespace}/${name}`;

/** Runs a step; an existing object is left as it is, so that an interrupted bootstrap can be repeated. */
async function run(client: Client, step: Step): Promise<KubeObject> {
  const { resource, manager } = step;
  const by = manager === undefined ? {} : { fieldManager: manager };
  if (step.verb === 'patch') {
    const { name, namespace, patch, subresource } = step;
    return client.patch(resource, name, namespace, 'merge', patch, subresource ? { ...by, subresource } : by);
  }
  const { metadata } = step.object;
  try {
    return await client.create(resource, step.object, by);
  } catch (error) {
    // A second Service with the same address is Invalid before it is AlreadyExists.
    if (!isAlreadyExists(error) && !isInvalid(error)) throw error;
    return client.get(resource, metadata.name, metadata.namespace).catch(() => {
      throw error;
    });
  }
}

/** Runs steps that need no uids of earlier ones, phase by phase. Throws the StatusError of the first failed step. */
export async function runSteps(client: Client, phases: readonly Step[][]): Promise<void> {
  for (const steps of phases) await Promise.all(steps.map((step) => run(client, step)));
}

/** Creates a new cluster's objects through a client with all permissions. Throws the StatusError of the first failed step. */
export async function bootstrapCluster(client: Client, template: ClusterTemplate): Promise<void> {
  const objects = new Map<string, KubeObject>();
  const made: Made = {
    get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): T {
      const object = objects.get(stepKey(resource as Resource, name, namespace));
      if (!object) throw new Error(`${resource.kind} ${name} has not been made yet`);
      return object as T;
    },
  };
  for (const phase of bootstrapPhases(template)) {
    const steps = phase(made);
    const results = await Promise.all(steps.map((step) => run(client, step)));
    steps.forEach((step, index) => {
      const object = results[index];
      if (object) objects.set(stepKey(step.resource, object.metadata.name, object.metadata.namespace), object);
    });
  }
}
