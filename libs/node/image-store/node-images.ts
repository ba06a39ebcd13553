import { type corev1, Node, Pod } from '#api';
import { deepEqual, type Instant, parseQuantity, parseTime } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import type { Change, ClusterContext, Controller, OpenController, ReconcileContext, Reconciled, WorkQueue } from '#controller-runtime';
import { parseImage } from '../images/reference.js';
import { nodeReference } from '../node-reference.js';
import { hasUsage, usageOf } from '../usage.js';
import { amountToFree, collectionPolicy, type ImageDisk, imagesToRemove, tooLittleFreed } from './collection.js';
import { type ImageStores, type StoredImage, storedImages } from './store.js';

/** How old the list of images is at most that a kubelet reports (image_gc_manager.go Start). */
const LIST_INTERVAL = 30_000;
/** ImageGCPeriod. */
const COLLECTION_INTERVAL = 300_000;

/** Whether a container of a pod has been made from an image. */
function usesImage(pods: readonly corev1.Pod[]): (image: StoredImage) => boolean {
  const used = new Set<string>();
  for (const { spec, status } of pods) {
    for (const { image = '' } of [...spec.containers, ...(spec.initContainers ?? [])]) used.add(parseImage(image)?.full ?? image);
    for (const { image } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) used.add(image);
    for (const { image } of spec.volumes ?? []) if (image?.reference) used.add(parseImage(image.reference)?.full ?? '');
  }
  return ({ references }) => references.some((reference) => used.has(reference));
}

/** Removes images that no container uses. `amount`: until so many bytes are freed. Returns how many were. */
export function removeImages(
  stores: ImageStores,
  node: string,
  { pods, now, minimumAge, amount }: { pods: readonly corev1.Pod[]; now: Instant; minimumAge: number; amount: number },
): number {
  const store = stores.of(node);
  const removed = imagesToRemove(storedImages(store.entries()), { inUse: usesImage(pods), now, minimumAge, amount });
  for (const { references } of removed) for (const reference of references) store.delete(reference);
  if (removed.length > 0) stores.changed(node);
  return removed.reduce((sum, { size }) => sum + size, 0);
}

/** What the status of nodes tells of their images, and the collection of those that are not used. The key is the node. */
class NodeImages implements OpenController {
  readonly concurrency = 64;
  /** When the images of a node are reported, of those that have changed. */
  private readonly reports = new Map<string, Instant>();
  /** When images are collected next, on nodes whose disk may be too full, and whether the last time failed. */
  private readonly collections = new Map<string, { at: Instant; failed: boolean }>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly stores: ImageStores,
  ) {
    const { informers, faults, clock, manifests } = context;
    indexPodsByNode(informers);
    stores.onChange((node) => {
      if (this.reports.has(node)) return;
      this.reports.set(node, clock.now() + LIST_INTERVAL);
      queue.addAfter(node, LIST_INTERVAL);
    });
    informers.of(Node).on(({ object: { metadata, status }, old, deleted }) => {
      if (old || deleted) return;
      const store = stores.of(metadata.name);
      for (const { names = [] } of status?.images ?? []) for (const name of names) store.add(name, clock.now());
      if (faults.isDiskFull(metadata.name)) queue.add(metadata.name);
    });
    informers.of(Pod).on((change) => this.podChanged(change));
    manifests.onChange((node) => queue.add(node));
    faults.onChange(() => {
      for (const { metadata } of informers.of(Node).list()) if (faults.isDiskFull(metadata.name)) queue.add(metadata.name);
    });
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { informers, faults } = this.context;
    const node = informers.of(Node).get(name);
    const now = ctx.clock.now();
    if (!node?.status?.nodeInfo?.kubeletVersion) {
      this.reports.delete(name);
      this.collections.delete(name);
      return undefined;
    }
    const outage = faults.kubelet(name);
    if (outage === undefined) {
      await this.collect(node, now, ctx);
      const at = this.reports.get(name);
      if (at !== undefined && at <= now) {
        await this.report(node, ctx);
        this.reports.delete(name);
      }
    }
    const due = [this.reports.get(name), this.collections.get(name)?.at].flatMap((at) =>
      at === undefined ? [] : Math.max(at - now, outage ? LIST_INTERVAL : 1),
    );
    return due.length > 0 ? { requeueAfter: Math.min(...due) } : undefined;
  }

  private async report(node: corev1.Node, { client }: ReconcileContext): Promise<void> {
    const { name } = node.metadata;
    const images = this.stores.of(name).reported(this.context.manifests.configuration(name));
    if (deepEqual(images, node.status?.images ?? [])) return;
    await client.as({ node: name }).patch(Node, name, undefined, 'merge', { status: { images } }, { subresource: 'status' });
  }

  /** Collects images where their time has come, and notes when it comes next. */
  private async collect(node: corev1.Node, now: Instant, ctx: ReconcileContext): Promise<void> {
    const { name } = node.metadata;
    const policy = collectionPolicy(this.context.manifests.configuration(name));
    const pods = podsOnNode(this.context.informers, name);
    const disk = this.diskOf(node, pods);
    const amount = policy && amountToFree(disk, policy);
    const planned = this.collections.get(name);
    if (policy === undefined || amount === undefined) {
      this.collections.delete(name);
      return;
    }
    if (planned === undefined || planned.at > now) {
      this.collections.set(name, planned ?? { at: nextCollection(node, now), failed: false });
      return;
    }
    const freed = removeImages(this.stores, name, { pods, now, minimumAge: policy.minimumAge, amount });
    const failed = freed < amount;
    if (failed) {
      const message = tooLittleFreed(disk, freed);
      const recorder = ctx.recorder.through(ctx.client.as({ node: name }));
      for (const reason of ['FreeDiskSpaceFailed', ...(planned.failed ? ['ImageGCFailed'] : [])])
        recorder.record({ about: nodeReference(node), type: 'Warning', reason, message, host: name });
    }
    this.collections.set(name, { at: nextCollection(node, now), failed });
  }

  /** The disk of a node, on which its images are, too. */
  private diskOf(node: corev1.Node, pods: readonly corev1.Pod[]): ImageDisk {
    const { name } = node.metadata;
    const capacity = parseQuantity(node.status?.capacity?.['ephemeral-storage'] ?? '0').value();
    if (this.context.faults.isDiskFull(name)) return { capacity, available: 0 };
    const images = storedImages(this.stores.of(name).entries()).reduce((sum, { size }) => sum + size, 0);
    const used = pods.filter(hasUsage).reduce((sum, pod) => sum + storageOf(pod), images);
    return { capacity, available: Math.max(0, capacity - used) };
  }

  private podChanged({ object, old, deleted, revision }: Change<corev1.Pod>): void {
    const { nodeName } = object.spec;
    if (nodeName && !deleted && !old && hasUsage(object)) this.queue.add(nodeName, revision || undefined);
  }
}

const storageOf = (pod: corev1.Pod): number =>
  pod.spec.containers.reduce((sum, container) => sum + usageOf(pod, container, 'ephemeral-storage'), 0);

/** A kubelet collects images every five minutes from its start on. */
function nextCollection({ metadata }: corev1.Node, now: Instant): Instant {
  const started = parseTime(metadata.creationTimestamp ?? '') ?? 0;
  return now + COLLECTION_INTERVAL - (Math.max(0, now - started) % COLLECTION_INTERVAL);
}

/** The part of the kubelets that reports and removes images. */
export const nodeImages = (stores: ImageStores): Controller => ({
  name: 'kubelet-images',
  eventSource: 'kubelet',
  // What wakes the workers of the pods is enough.
  interests: () => false,
  open: (context, queue) => new NodeImages(context, queue, stores),
});
