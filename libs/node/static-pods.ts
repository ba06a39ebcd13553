import { type corev1, Node, Pod } from '#api';
import { isAlreadyExists, isNotFound, StatusError } from '#apimachinery';
import { isTerminalPhase } from '#component-helpers';
import {
  type Change,
  type ClusterContext,
  type ComponentChange,
  type Controller,
  FILES_GROUP,
  type OpenController,
  type ReconcileContext,
  type Reconciled,
  type StaticPod,
  type WorkQueue,
} from '#controller-runtime';

const MIRROR = 'kubernetes.io/config.mirror';
const HASH = 'kubernetes.io/config.hash';
const BY_MIRRORING_NODE = 'static-pods';
/** From the deletion of a mirror pod to the sync that makes it again. */
const NEXT_SYNC = 1_000;

const isMirror = ({ metadata }: corev1.Pod): boolean => metadata.annotations?.[MIRROR] !== undefined;
const sameName = (pod: corev1.Pod, { namespace, name }: StaticPod): boolean =>
  pod.metadata.name === name && pod.metadata.namespace === namespace;

/** The static pods of all nodes: their mirror pods follow the manifests. The key is the node. */
class StaticPods implements OpenController {
  readonly concurrency = 64;
  private readonly silenced = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
  ) {
    const { informers, manifests, faults } = context;
    const pods = informers.of(Pod);
    pods.addIndex(BY_MIRRORING_NODE, (pod) => (isMirror(pod) && pod.spec.nodeName ? [pod.spec.nodeName] : []));
    pods.on((change) => this.podChanged(change));
    informers.of(Node).on(({ object, old, deleted }) => {
      if (!deleted && !old) queue.add(object.metadata.name);
    });
    manifests.onChange((node) => queue.add(node));
    faults.onChange(() => {
      for (const { metadata } of informers.of(Node).list()) if (faults.shutdown(metadata.name)) this.silenced.add(metadata.name);
      // One that is up again may reach no API server yet: then it is looked at as soon as one answers.
      for (const node of this.silenced) if (!faults.shutdown(node)) queue.add(node);
    });
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { informers, manifests, faults } = this.context;
    const node = informers.of(Node).get(name);
    this.silenced.delete(name);
    if (!node?.status?.nodeInfo?.kubeletVersion) return undefined;
    if (faults.kubelet(name)) {
      this.silenced.add(name);
      return undefined;
    }
    const client = ctx.client.as({ node: name });
    const wanted = manifests.of(name);
    const standing = informers.of(Pod).byIndex(BY_MIRRORING_NODE, name);
    const kept: corev1.Pod[] = [];
    for (const pod of standing) {
      const manifest = wanted.find((each) => sameName(pod, each));
      // A static pod that has ended with its machine runs again when that is up.
      const isOver = isTerminalPhase(pod.status?.phase) && pod.status?.reason === 'Terminated' && !faults.shutdown(name);
      const isCurrent = manifest ? pod.metadata.annotations?.[HASH] === manifest.hash && !isOver : manifests.isUnwritten(pod);
      if (isCurrent) kept.push(pod);
      else await remove(client, pod);
    }
    for (const manifest of wanted) {
      const current = kept.some((pod) => sameName(pod, manifest));
      if (!current) await create(client, manifest.mirror(node, this.context.clock.now()));
    }
    return undefined;
  }

  private podChanged({ object, deleted, revision }: Change<corev1.Pod>): void {
    const { nodeName } = object.spec;
    if (!deleted || !nodeName || !isMirror(object)) return;
    this.queue.addAfter(nodeName, NEXT_SYNC, revision);
  }
}

type Client = ReconcileContext['client'];

async function remove(client: Client, { metadata }: corev1.Pod): Promise<void> {
  const { name, namespace, uid } = metadata;
  try {
    await client.delete(Pod, name, namespace, { gracePeriodSeconds: 0, ...(uid ? { uid } : {}) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** What the API server refuses, e.g. a static pod that refers to a Secret, runs without a mirror pod: nobody sees it. */
async function create(client: Client, pod: corev1.Pod): Promise<void> {
  try {
    await client.create(Pod, pod);
  } catch (error) {
    const refused = error instanceof StatusError && (error.status.code ?? 500) < 500;
    if (!isAlreadyExists(error) && !refused) throw error;
  }
}

/** The part of the kubelets that runs static pods. */
export const staticPods: Controller = {
  name: 'kubelet',
  interests: ({ group, resource, deleted, object }: ComponentChange) =>
    group === FILES_GROUP || (deleted && group === '' && resource === 'pods' && isMirror(object() as corev1.Pod)),
  open: (context, queue) => new StaticPods(context, queue),
};
