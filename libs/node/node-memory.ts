import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { isTerminalPhase } from '#component-helpers';
import type { Boot } from '#controller-runtime';
import { PodAddresses } from '#network';
import { DeviceAllocations } from './devices/allocation.js';
import type { ImageStore } from './image-store/store.js';
import { madeByVolume, type PathKind } from './pod/host-paths.js';
import { isLeft } from './pod/reboot.js';

/** Paths that are remembered of a node at most, and directories above one path. */
const MOST_PATHS = 1_000;
const MOST_ANCESTORS = 32;

function ancestorsOf(path: string): string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0 && found.length < MOST_ANCESTORS; end = path.lastIndexOf('/', end - 1))
    found.push(path.slice(0, end));
  return found;
}

/** The state of a node's kubelet, network plugin and image store. Only in memory: it is rebuilt from the node and its pods. */
export class NodeMemory {
  private readonly addresses: PodAddresses | undefined;
  private readonly paths = new Map<string, PathKind>();
  /** The devices of plugins that its pods have. */
  readonly devices = new DeviceAllocations();
  /** IP addresses by pod uid. */
  private readonly given = new Map<string, string>();
  private readonly images: ImageStore;
  /** When what is found there was there at the latest. */
  private readonly now: Instant;
  private started: Boot | undefined;

  constructor(
    node: corev1.Node,
    pods: readonly corev1.Pod[],
    { images, now, boot }: { images: ImageStore; now: Instant; boot: Boot | undefined },
  ) {
    this.images = images;
    this.now = now;
    this.started = boot;
    const { podCIDR } = node.spec ?? {};
    this.addresses = podCIDR?.includes('.') ? new PodAddresses(podCIDR) : undefined;
    for (const pod of pods) this.learn(pod);
  }

  /** Restores what a pod tells: its address, its images, what its volumes have made. */
  private learn(pod: corev1.Pod): void {
    const { metadata, status } = pod;
    const { uid = '' } = metadata;
    this.addPaths(pod, status);
    if (!isTerminalPhase(status?.phase)) this.devices.learn(pod);
    if (status?.podIP && !isTerminalPhase(status.phase)) {
      this.addresses?.claim(status.podIP, uid);
      this.given.set(uid, status.podIP);
      // Its sandbox is gone: it gets another address than before.
      if (isLeft(pod, { boot: this.started })) this.release(uid);
    }
    const created = (status?.containerStatuses ?? []).some(({ containerID }) => containerID);
    for (const { image } of created ? (pod.spec.volumes ?? []) : []) if (image?.reference) this.images.add(image.reference, this.now);
    for (const { image, imageID } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
      if (imageID) this.images.add(image, this.now);
  }

  /** The start of its machine up to which it holds. */
  get boot(): string | undefined {
    return this.started?.id;
  }

  /** The machine was started again: the sandboxes are gone, and with them the addresses of their pods. */
  machineStarted(boot: Boot | undefined): void {
    this.started = boot;
    for (const uid of [...this.given.keys()]) this.release(uid);
  }

  /** What a pod that was started has made on the node through its volumes. It stays there when the pod is gone. */
  addPaths({ spec }: corev1.Pod, status: corev1.PodStatus | undefined): void {
    if (!status?.startTime) return;
    for (const { hostPath } of spec?.volumes ?? []) {
      const made = hostPath && madeByVolume(hostPath);
      if (!made || this.paths.get(made.path) === made.kind || this.paths.size >= MOST_PATHS) continue;
      this.paths.set(made.path, made.kind);
      if (made.kind === 'directory') for (const above of ancestorsOf(made.path)) this.paths.set(above, 'directory');
    }
  }

  pathKind(path: string): PathKind | undefined {
    return this.paths.get(path);
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

  /** The pod has ended: releases its address and its devices. */
  release(uid: string): void {
    this.devices.release(uid);
    const address = this.given.get(uid);
    if (address === undefined) return;
    this.given.delete(uid);
    this.addresses?.release(address, uid);
  }
}
