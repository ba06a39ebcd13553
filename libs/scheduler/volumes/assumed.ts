import { type corev1, PersistentVolume } from '#api';
import { type Informers, perCluster } from '#client';
import { SELECTED_NODE, storageClassOf } from '#component-helpers';
import { claimKeyOf } from './pod-claims.js';

/** What a pod's claims get on a node (PodVolumes). */
export interface PodVolumes {
  /** Volumes, referring to their claims. */
  bindings: ReadonlyArray<{ claim: corev1.PersistentVolumeClaim; volume: corev1.PersistentVolume }>;
  provisions: readonly corev1.PersistentVolumeClaim[];
}

const BY_CLASS = 'scheduler-volumes-by-class';

/**
 * The volumes that are about to be bound and the nodes for which volumes are about to be provisioned, from a pod's reservation until the API
 * server has it (AssumeCache).
 */
class AssumedVolumes {
  private readonly volumes = new Map<string, corev1.PersistentVolume>();
  private readonly nodes = new Map<string, string>();

  constructor(private readonly informers: Informers) {
    informers.of(PersistentVolume).addIndex(BY_CLASS, (volume) => [storageClassOf(volume)]);
  }

  assume({ bindings, provisions }: PodVolumes, node: string): void {
    for (const { volume } of bindings) this.volumes.set(volume.metadata.name, volume);
    for (const claim of provisions) this.nodes.set(claimKeyOf(claim), node);
  }

  forget({ bindings, provisions }: PodVolumes): void {
    for (const { volume } of bindings) this.volumes.delete(volume.metadata.name);
    for (const claim of provisions) this.nodes.delete(claimKeyOf(claim));
  }

  /** The volumes of a claim's class, and those that refer to the claim. */
  candidates(claim: corev1.PersistentVolumeClaim): readonly corev1.PersistentVolume[] {
    const found = this.informers.of(PersistentVolume).byIndex(BY_CLASS, storageClassOf(claim));
    return this.volumes.size === 0 ? found : found.map((volume) => this.volumes.get(volume.metadata.name) ?? volume);
  }

  /** The node for which the claim's volume is or will be provisioned. */
  selectedNode(claim: corev1.PersistentVolumeClaim): string | undefined {
    return this.nodes.get(claimKeyOf(claim)) ?? claim.metadata.annotations?.[SELECTED_NODE];
  }
}

/** Those of a cluster, for all profiles of its scheduler. */
export const assumedVolumes = perCluster((informers) => new AssumedVolumes(informers));

export type { AssumedVolumes };
