import type { corev1 } from '#api';
import { type Instant, parseQuantity } from '#apimachinery';
import { podLimits } from '#component-helpers';
import { Meter } from '../files/meter.js';

const EPHEMERAL = 'ephemeral-storage';

/** Whether a pod says how much it may store on its node. */
export function hasStorageLimits({ spec }: corev1.Pod): boolean {
  for (const { emptyDir } of spec.volumes ?? []) if (emptyDir?.sizeLimit !== undefined) return true;
  for (const { resources } of spec.containers) if (resources?.limits?.[EPHEMERAL] !== undefined) return true;
  return false;
}

/** What a pod that stores more than it may is evicted for, and when. */
export interface Overage {
  readonly at: Instant;
  readonly message: string;
}

/** The messages (kubelet/eviction localStorageEviction). */
export const STORAGE_MESSAGES = {
  emptyDir: (name: string, limit: string) => `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `,
  pod: (limit: string) => `Pod ephemeral local storage usage exceeds the total limit of containers ${limit}. `,
  container: (name: string, limit: string) => `Container ${name} exceeded its local ephemeral storage limit "${limit}". `,
};

const amountOf = (limit: string | undefined): number | undefined => (limit === undefined ? undefined : parseQuantity(limit).value());

/** Counts what a pod's containers store on their node, in the order in which a kubelet looks at it. */
export class StorageMeters {
  private readonly volumes = new Map<string, Meter>();
  private readonly containers = new Map<string, Meter>();
  private readonly found: Array<{ meter: Meter; message: string }> = [];

  constructor({ spec }: corev1.Pod) {
    const most = podLimits({ spec } as corev1.Pod).get(EPHEMERAL);
    const whole = new Meter(most ? { most: most.value() } : {});
    for (const { name, emptyDir } of spec.volumes ?? []) {
      if (!emptyDir) continue;
      const limit = amountOf(emptyDir.sizeLimit) || undefined;
      // A file system in memory is as large as its limit.
      const inMemory = emptyDir.medium === 'Memory';
      const meter = inMemory ? new Meter(limit ? { capacity: limit } : {}) : new Meter(limit ? { most: limit } : {}, whole);
      this.volumes.set(name, meter);
      if (limit) this.found.push({ meter, message: STORAGE_MESSAGES.emptyDir(name, String(parseQuantity(emptyDir.sizeLimit ?? '0'))) });
    }
    if (most) this.found.push({ meter: whole, message: STORAGE_MESSAGES.pod(most.toString()) });
    for (const { name, resources } of [...(spec.initContainers ?? []), ...spec.containers]) {
      const given = resources?.limits?.[EPHEMERAL];
      const limit = amountOf(given) || undefined;
      const meter = new Meter(limit ? { most: limit } : {}, whole);
      this.containers.set(name, meter);
      if (limit) this.found.push({ meter, message: STORAGE_MESSAGES.container(name, String(given)) });
    }
  }

  ofVolume(name: string): Meter | undefined {
    return this.volumes.get(name);
  }

  ofContainer(name: string): Meter | undefined {
    return this.containers.get(name);
  }

  /** The first look at which the pod stores more than it may. */
  get overage(): Overage | undefined {
    let first: Overage | undefined;
    for (const { meter, message } of this.found) {
      const at = meter.exceededAt;
      if (at !== undefined && (first === undefined || at < first.at)) first = { at, message };
    }
    return first;
  }
}
