import type { Resource } from '#api';
import { inlineYaml, ManifestError, parseManifest } from '#api/yaml';
import { type KubeObject, StatusError } from '#apimachinery';
import { type ApiServer, inProcessClient } from '#apiserver';
import { type ClusterTemplate, localPathStorage, runSteps } from '#kubeadm';
import { ClusterFaults } from './faults/cluster-faults.js';
import { FaultRefused } from './faults/fault.js';
import { type FaultWords, faultRequestOf } from './faults/fault-request.js';
import type { LocalCluster } from './one-process.js';

/** A starting state that no cluster can have, and why. */
export class StartRefused extends Error {}

/** What the clusters of a template start with. */
export interface StartingState {
  nodes: ClusterTemplate['nodes'];
  /** The version of Kubernetes that is shown. */
  version?: string;
  /** Whether the nodes are machines of a cloud. */
  cloud?: boolean;
  /** What provisions volumes. */
  storage?: 'local-path';
  /** Objects besides those of every cluster: YAML or JSON. */
  manifests?: string;
  /** Faults as clients word them. */
  faults?: readonly FaultWords[];
}

/** What manifests to start with may hold. */
const MANIFESTS = { length: 512 * 1024, documents: 1_000, objects: 500 };

/** What the objects are written by. */
const MANAGER = 'kubectl-create';

const described = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name || metadata.generateName || ''}`;

/** The resource of an object; custom kinds are served as soon as their definition is. */
async function resourceOf(api: ApiServer, { apiVersion, kind }: KubeObject): Promise<Resource> {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const served = await inProcessClient(api).resources();
  const found = served.find((info) => info.kind === kind && info.group === group);
  if (found === undefined) throw new StartRefused(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  return { ...found, version };
}

/**
 * Creates the objects of manifests one after another, as `kubectl create -f` does, and lets the components do what follows from each
 * CustomResourceDefinition before the next. Throws StartRefused, which names the object.
 */
async function createObjects(api: ApiServer, manifests: string, settle: () => Promise<void>): Promise<void> {
  const convert = (text: string) => inlineYaml.convert('', text);
  const objects = await parseManifest(manifests, { convert, turn: () => undefined, limits: MANIFESTS }).catch((error: unknown) => {
    throw error instanceof ManifestError ? new StartRefused(error.message) : error;
  });
  const client = inProcessClient(api, { manager: MANAGER });
  for (const object of objects) {
    const resource = await resourceOf(api, object);
    const { namespace = 'default' } = object.metadata;
    const placed = resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
    await client.create(resource, placed).catch((error: unknown) => {
      throw error instanceof StatusError ? new StartRefused(`${described(object)}: ${error.message}`) : error;
    });
    if (object.kind === 'CustomResourceDefinition') await settle();
  }
}

/** Injects faults in their order. Throws StartRefused, which names the fault. */
async function injectFaults(api: ApiServer, faults: NonNullable<StartingState['faults']>): Promise<void> {
  const cluster = new ClusterFaults(api);
  for (const [index, words] of faults.entries()) {
    try {
      await cluster.inject(faultRequestOf(words));
    } catch (error) {
      throw error instanceof FaultRefused ? new StartRefused(`faults[${index}]: ${error.message}`) : error;
    }
  }
}

/** What makes a cluster another one than kubeadm, and the provider of its cloud, leave it. Throws StartRefused. */
export async function putStartingState({ api, settle }: Pick<LocalCluster, 'api' | 'settle'>, start: StartingState): Promise<void> {
  const { storage, manifests, faults } = start;
  if (storage === 'local-path') await runSteps(inProcessClient(api, { manager: MANAGER }), localPathStorage());
  await settle();
  if (manifests !== undefined) await createObjects(api, manifests, settle);
  await settle();
  if (faults !== undefined) await injectFaults(api, faults);
  await settle();
}
