import type { corev1 } from '#api';
import { deepEqual, formatKey, keyOf } from '#apimachinery';
import type { Informers } from '#client';
import { isPodTerminal } from '#component-helpers';
import type { World } from './framework.js';
import { NodeInfo } from './node-info.js';
import { mayBeResized } from './pod-amounts.js';
import { Tallies } from './tallies.js';

/** Whether two states of a pod have the same spec: the generation counts its changes. */
function isSameSpec(a: corev1.Pod, b: corev1.Pod): boolean {
  return (
    a.spec === b.spec ||
    (a.metadata.uid === b.metadata.uid && a.metadata.generation !== undefined && a.metadata.generation === b.metadata.generation)
  );
}

/** Region and zone of a node (util/node GetZoneKey). */
const zoneOf = ({ labels }: NodeInfo): string =>
  [
    labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'],
    labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'],
  ].join('\0');

function byZoneInTurn(nodes: NodeInfo[]): NodeInfo[] {
  nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  const zones = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    const zone = zones.get(zoneOf(node)) ?? [];
    zones.set(zoneOf(node), zone);
    zone.push(node);
  }
  if (zones.size < 2) return nodes;
  const ordered: NodeInfo[] = [];
  for (let index = 0; ordered.length < nodes.length; index++)
    for (const zone of zones.values()) {
      const node = zone[index];
      if (node) ordered.push(node);
    }
  return ordered;
}

/**
 * The nodes and their pods, updated by events. A pod that was assigned a node is counted there immediately (assumed), before its binding is
 * written.
 */
export class Snapshot {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly places = new Map<string, { node: string; pod: corev1.Pod }>();
  /** Pods by the node they are bound to, even if it does not exist. */
  private readonly bound = new Map<string, Map<string, corev1.Pod>>();
  private ordered: NodeInfo[] | undefined;
  private readonly withAffinity = new Set<NodeInfo>();
  /** Numbers of nodes by image. */
  private readonly images = new Map<string, number>();
  private epoch = 0;
  private readonly tallies = new Tallies(() => this.nodes);

  /** Nodes by zone, one of each zone in turn, sorted by name (backend/cache/node_tree.go). */
  get nodes(): readonly NodeInfo[] {
    this.ordered ??= byZoneInTurn([...this.byName.values()]);
    return this.ordered;
  }

  /** The inputs of a cycle as of now. */
  world(informers: Informers, nominator: World['nominator']): World {
    const { nodes, withAffinity, epoch, tallies } = this;
    return { nodes, informers, nominator, withAffinity, epoch, tallies, nodesWithImage: (name) => this.images.get(name) ?? 0 };
  }

  /** Something has changed that affinity terms are compared with, other than nodes and pods. */
  namespacesChanged(): void {
    this.epoch += 1;
  }

  /** The number of pods that count for a node. */
  get placed(): number {
    return this.places.size;
  }

  /** How much it holds. */
  get size(): { nodes: number; pods: number } {
    return { nodes: this.byName.size, pods: this.places.size };
  }

  setNode(node: corev1.Node): void {
    const { name } = node.metadata;
    const known = this.byName.get(name);
    if (known) {
      const [zone, images, before] = [zoneOf(known), known.images, known.node];
      known.node = node;
      const same = deepEqual(before.metadata.labels, node.metadata.labels) && deepEqual(before.spec.taints, node.spec.taints);
      if (!same) this.tallies.clear();
      this.countImages(images, -1);
      this.countImages(known.images, 1);
      if (zoneOf(known) !== zone) this.ordered = undefined;
      return;
    }
    const info = new NodeInfo(node);
    for (const [key, pod] of this.bound.get(name) ?? []) info.add(key, pod);
    this.byName.set(name, info);
    this.tallies.clear();
    this.noteAffinity(info);
    this.countImages(info.images, 1);
    this.ordered = undefined;
  }

  removeNode(name: string): void {
    const info = this.byName.get(name);
    if (!info) return;
    this.byName.delete(name);
    this.tallies.clear();
    this.withAffinity.delete(info);
    this.countImages(info.images, -1);
    this.ordered = undefined;
  }

  private countImages(images: ReadonlyMap<string, number>, sign: 1 | -1): void {
    for (const name of images.keys()) {
      const count = (this.images.get(name) ?? 0) + sign;
      if (count > 0) this.images.set(name, count);
      else this.images.delete(name);
    }
  }

  /** The pods of a node have changed. */
  private podsChanged(node: NodeInfo | undefined): void {
    if (!node) return;
    this.tallies.changed(node);
    this.noteAffinity(node);
  }

  private noteAffinity(node: NodeInfo): void {
    if (node.withAffinity.size > 0) this.withAffinity.add(node);
    else this.withAffinity.delete(node);
  }

  /** The pod was updated: counts it for its node, if it has one. */
  setPod(pod: corev1.Pod): void {
    const node = pod.spec.nodeName;
    const key = formatKey(keyOf(pod));
    const place = this.places.get(key);
    const counts = Boolean(node) && !isPodTerminal(pod);
    if (place && counts && place.node === node && isSameSpec(place.pod, pod) && !mayBeResized(pod)) {
      this.renew(key, pod, node);
      return;
    }
    this.remove(key);
    if (node && counts) this.put(key, pod, node);
  }

  removePod(pod: corev1.Pod): void {
    this.remove(formatKey(keyOf(pod)));
  }

  private remove(key: string): void {
    const place = this.places.get(key);
    if (!place) return;
    this.places.delete(key);
    const pods = this.bound.get(place.node);
    pods?.delete(key);
    if (pods?.size === 0) this.bound.delete(place.node);
    const node = this.byName.get(place.node);
    node?.remove(key);
    this.podsChanged(node);
  }

  /** Counts the pod for the node it is about to be bound to. */
  assume(pod: corev1.Pod, node: string): void {
    const key = formatKey(keyOf(pod));
    this.remove(key);
    this.put(key, pod, node);
  }

  private renew(key: string, pod: corev1.Pod, node: string): void {
    this.places.set(key, { node, pod });
    this.bound.get(node)?.set(key, pod);
    const info = this.byName.get(node);
    if (info?.renew(key, pod)) this.tallies.changed(info);
  }

  private put(key: string, pod: corev1.Pod, node: string): void {
    this.places.set(key, { node, pod });
    const pods = this.bound.get(node) ?? new Map<string, corev1.Pod>();
    this.bound.set(node, pods.set(key, pod));
    const info = this.byName.get(node);
    info?.add(key, pod);
    this.podsChanged(info);
  }
}
