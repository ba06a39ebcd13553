import type { corev1 } from '#api';
import { isTerminalPhase } from '#component-helpers';
import { PodAddresses } from '#network';
import { parseImage } from './images/reference.js';

/** The state of a node's kubelet, network plugin and image store. Only in memory: it is rebuilt from the node and its pods. */
export class NodeMemory {
  private readonly addresses: PodAddresses | undefined;
  private readonly images = new Set<string>();
  /** IP addresses by pod uid. */
  private readonly given = new Map<string, string>();

  constructor(node: corev1.Node, pods: readonly corev1.Pod[]) {
    const { podCIDR } = node.spec ?? {};
    this.addresses = podCIDR?.includes('.') ? new PodAddresses(podCIDR) : undefined;
    for (const { names = [] } of node.status?.images ?? []) for (const name of names) this.images.add(name);
    for (const pod of pods) this.learn(pod);
  }

  /** Restores what a pod's status contains: its address, its images. */
  private learn({ metadata, status }: corev1.Pod): void {
    const { uid = '' } = metadata;
    if (status?.podIP && !isTerminalPhase(status.phase)) {
      this.addresses?.claim(status.podIP, uid);
      this.given.set(uid, status.podIP);
    }
    for (const { image, imageID } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
      if (imageID) this.addImage(image);
  }

  addImage(name: string): void {
    const reference = parseImage(name);
    if (reference) this.images.add(reference.full);
  }

  hasImage(reference: string): boolean {
    return this.images.has(reference);
  }

  /** The address of a pod, allocated if it has none; undefined if the node's range is used up. */
  addressFor(uid: string): string | undefined {
    const known = this.given.get(uid);
    if (known !== undefined) return known;
    const address = this.addresses?.allocate(uid);
    if (address !== undefined) this.given.set(uid, address);
    return address;
  }

  /** The pod has ended: releases its address. */
  release(uid: string): void {
    const address = this.given.get(uid);
    if (address === undefined) return;
    this.given.delete(uid);
    this.addresses?.release(address, uid);
  }
}
