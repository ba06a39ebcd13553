import { type corev1, Node, Pod } from '#api';
import { formatMicroTime, formatTime, type KubeObject, StatusError, SteppedClock, seededRandom } from '#apimachinery';
import { CONTROL_PLANE_KEY, controlPlaneText, fileKey, fileText } from '#apiserver';
import type { ClusterTemplate } from '#kubeadm';
import { bootstrapCluster, machineOf, manifestFiles, planNodes } from '#kubeadm';
import { imagesOfStatus } from '#node';
import { memoryStorage, type StoredObject } from '#storage';
import { ClusterCloud } from './cloud/cluster-cloud.js';
import { MACHINES_KEY, machinesText } from './machines.js';
import { type LocalCluster, localCluster } from './one-process.js';
import { profiles } from './profiles.js';
import { putStartingState, type StartingState, StartRefused } from './starting-state.js';

/** The creation time of all templates: an instant that is used nowhere else, so that a copy can replace it with its own. */
export const TEMPLATE_INSTANT = Date.parse('1987-06-05T04:03:02Z');
/** The last part of every uid in a template; a copy replaces it with its own. */
const TEMPLATE_UID_TAIL = '5eed0c1a57e2';

/** All that the objects of a template depend on. */
export interface TemplateShape extends StartingState {
  rootCA: string;
}

/** The texts to replace in a copy of a template, in this order: its uids are derived from its seed. */
export function templateReplacements(now: number, seed: string): Array<{ from: string; to: string }> {
  const tail = seededRandom(seed).draw('uid', 'template').uuid().slice(-TEMPLATE_UID_TAIL.length);
  const second = formatTime(now);
  const made = formatTime(TEMPLATE_INSTANT);
  return [
    { from: formatMicroTime(TEMPLATE_INSTANT), to: formatMicroTime(Math.floor(now / 1000) * 1000) },
    { from: made, to: second },
    { from: made.slice(0, 10), to: second.slice(0, 10) },
    { from: TEMPLATE_UID_TAIL, to: tail },
    // Times of faults, which are rows beside the API's objects.
    { from: String(TEMPLATE_INSTANT), to: String(now) },
  ];
}

const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Puts the template's last part into every uid in the objects. */
function withTails(objects: readonly StoredObject[]): StoredObject[] {
  const uids = new Set(objects.map(({ value }) => (JSON.parse(value) as KubeObject).metadata.uid));
  const tailed = (uid: string) => (uids.has(uid) ? uid.slice(0, -TEMPLATE_UID_TAIL.length) + TEMPLATE_UID_TAIL : uid);
  return objects.map((object) => ({ ...object, value: object.value.replace(UID, tailed) }));
}

const readyTypes = new Set(['Ready', 'ContainersReady']);

function readied(status: corev1.PodStatus): corev1.PodStatus {
  return {
    ...status,
    conditions: status.conditions?.map((condition) =>
      readyTypes.has(condition.type) ? { ...condition, status: 'True', reason: undefined, message: undefined } : condition,
    ),
    containerStatuses: status.containerStatuses?.map((container) => ({ ...container, ready: true, started: true })),
  };
}

/** The control-plane pods would wait for their probes until time passes: here they are ready at once. */
async function passProbes({ client }: LocalCluster): Promise<void> {
  const { items } = await client.list(Pod);
  for (const pod of items) {
    if (pod.status && pod.status.phase === 'Running') await client.updateStatus(Pod, { ...pod, status: readied(pod.status) });
  }
}

/** The nodes tell the images of the pods that they have started: their kubelets would do that a moment later. */
async function reportImages({ client }: LocalCluster): Promise<void> {
  const [nodes, pods] = [await client.list(Node), await client.list(Pod)];
  for (const { metadata, status } of nodes.items) {
    const started = pods.items.filter(({ spec }) => spec.nodeName === metadata.name);
    const names = [
      ...(status?.images ?? []).flatMap(({ names: known = [] }) => known),
      ...started.flatMap(({ spec }) => spec.containers.map(({ image = '' }) => image)),
    ];
    await client.patch(Node, metadata.name, undefined, 'merge', { status: { images: imagesOfStatus(names) } }, { subresource: 'status' });
  }
}

/** Lets the components do what there is to do, until the pods of the control plane are ready. */
async function comeUp(cluster: LocalCluster): Promise<void> {
  await cluster.settle();
  await passProbes(cluster);
  await reportImages(cluster);
  await cluster.settle();
}

/** What kubeadm leaves on the nodes of the control plane. */
async function writeFiles({ store }: LocalCluster, template: ClusterTemplate): Promise<void> {
  const plans = planNodes(template);
  const members = plans.filter(({ controlPlane }) => controlPlane).map(({ name }) => name);
  const rows = [
    { key: CONTROL_PLANE_KEY, value: controlPlaneText(members) },
    { key: MACHINES_KEY, value: machinesText(plans.map(machineOf)) },
    ...manifestFiles(plans).map(({ node, path, content }) => ({ key: fileKey(node, path), value: fileText(path, content) })),
  ];
  const cause = { requestId: 'template', user: 'system:bootstrap', verb: 'create' };
  await store.write(rows.map((row) => ({ type: 'create', ...row, cause, at: TEMPLATE_INSTANT })));
}

/** The starting state with nothing chosen beyond its nodes and its version. */
export const plainStart = ({ nodes, version }: StartingState): StartingState => ({ nodes, ...(version !== undefined && { version }) });

function isPlain({ cloud, storage, manifests, faults }: StartingState): boolean {
  return [cloud, storage, manifests, faults].every((chosen) => chosen === undefined);
}

/** Events of a cluster's first minutes are forgotten. */
const isKept = ({ key }: StoredObject): boolean => !key.startsWith('/registry/events/');

export interface BuiltTemplate {
  objects: StoredObject[];
  /** The objects of the plain start (plainStart), from which these were made; unset if they are the same. */
  plain?: StoredObject[];
}

/**
 * Creates a cluster of this shape in memory, through the whole pipeline with all components, and returns its objects once it has settled.
 * Throws StartRefused.
 */
export async function buildTemplate({ rootCA, ...start }: TemplateShape): Promise<BuiltTemplate> {
  const admin = memoryStorage();
  const id = 'template';
  await admin.create(id);
  const clock = new SteppedClock(TEMPLATE_INSTANT);
  const storage = admin.open(id);
  const cluster = localCluster({ storage, clock, seed: 'template', profile: profiles.instant, rootCA, autorun: false });
  try {
    const { nodes, version } = start;
    const template = { nodes, rootCA, now: clock.now(), ...(version !== undefined && { version }) };
    await bootstrapCluster(cluster.client, template).catch((error: unknown) => {
      // The labels and taints of named nodes are checked by the API.
      throw error instanceof StatusError && nodes.named ? new StartRefused(error.message) : error;
    });
    await writeFiles(cluster, template);
    await comeUp(cluster);
    const objects = async () => withTails((await storage.list({ prefix: '/' })).items.filter(isKept));
    if (isPlain(start)) return { objects: await objects() };
    const plain = await objects();
    if (start.cloud) {
      await new ClusterCloud(cluster.api).enable();
      await comeUp(cluster);
    }
    await putStartingState(cluster, start);
    return { objects: await objects(), plain };
  } finally {
    cluster.close();
  }
}
