import {
  ConfigMap,
  type corev1,
  EndpointSlice,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  type Resource,
  ResourceClaim,
  Secret,
  Service,
} from '#api';
import type { Instant, KubeObject } from '#apimachinery';
import type { ClusterContext } from '#controller-runtime';
import type { CommandResult, End, PodPlan, Processes, Start, Stopped } from '../pod/world.js';
import type { KeptFiles } from '../runtime/kept-files.js';
import { mayFeelLimit } from '../runtime/process-limit.js';
import type { VolumeFiles } from '../runtime/volume-files.js';
import type { MachineWorld } from '../runtime/world.js';
import type { GivenCommand } from './command-run.js';
import { MOST_LOOKS } from './limits.js';
import { PodProcesses } from './pod-processes.js';

/** What stands in a token's file while processes are run ahead; nobody sees it. */
const TOKEN = 'token';

/** What machines ask of the cluster, answered from the informers of the kubelets. */
export function worldOf({ informers, clock, machines, faults, manifests }: ClusterContext): MachineWorld {
  const resources = new Map<string, Resource>([
    ['pods', Pod],
    ['nodes', Node],
    ['configmaps', ConfigMap],
    ['secrets', Secret],
    ['services', Service],
    ['endpointslices', EndpointSlice],
    ['persistentvolumeclaims', PersistentVolumeClaim],
    ['persistentvolumes', PersistentVolume],
    ['resourceclaims', ResourceClaim],
  ] as Array<[string, Resource]>);
  const informer = (resource: string) => {
    const found = resources.get(resource);
    return found && informers.of<KubeObject>(found);
  };
  return {
    clock,
    objects: {
      get: async <T extends KubeObject>(_group: string, resource: string, namespace: string, name: string) =>
        informer(resource)?.get(name, namespace) as T | undefined,
      list: async <T extends KubeObject>(_group: string, resource: string, namespace?: string) =>
        [...(informer(resource)?.list(namespace) ?? [])] as T[],
      ...(machines && {
        past: <T extends KubeObject>(group: string, resource: string, namespace: string, name: string, revision: number) =>
          machines.past<T>({ group, resource, namespace, name }, revision),
      }),
    },
    issueToken: async () => TOKEN,
    faults,
    kubeletConfiguration: (node) => manifests.configuration(node),
    ...(machines && {
      keptFiles: async (uid: string) => (await machines.read<KubeObject & { files: KeptFiles }>(`pods/${uid}`))?.files,
      volumeFiles: (key: string) => machines.read<VolumeFiles>(key),
    }),
    pace: { pause: () => undefined },
  };
}

/** The interpreted processes of the pods of one cluster. Nothing is kept of pods that have none. */
export class ClusterProcesses {
  private readonly world: MachineWorld;
  private readonly pods = new Map<string, PodProcesses>();

  constructor(private readonly context: ClusterContext) {
    this.world = worldOf(context);
  }

  delete(uid: string): void {
    this.pods.delete(uid);
  }

  /** Clients have changed files in a pod's containers. */
  filesChanged(uid: string): void {
    this.pods.get(uid)?.filesChanged(this.context.clock.now());
  }

  /** Clients have changed its files, or its node lets it have few processes. */
  private isPeculiar(pod: corev1.Pod): boolean {
    return this.context.machines?.hasFiles(pod.metadata.uid ?? '') === true || mayFeelLimit(pod, this.world);
  }

  /** A pod's processes for one plan. */
  of(pod: corev1.Pod): Processes {
    const { uid = '' } = pod.metadata;
    const isPeculiar = () => this.isPeculiar(pod);
    this.pods.get(uid)?.begin(this.context.clock.now(), isPeculiar);
    return new LazyProcesses(() => this.made(uid, isPeculiar), isPeculiar);
  }

  private made(uid: string, isPeculiar: () => boolean): PodProcesses {
    const known = this.pods.get(uid);
    if (known) return known;
    const made = new PodProcesses().begin(this.context.clock.now(), isPeculiar);
    this.pods.set(uid, made);
    return made;
  }

  /** A plan for which all processes were looked at that matter to it. If there is too much to look at, the plan says to go on at once. */
  async planned(pod: corev1.Pod, plan: () => PodPlan): Promise<PodPlan> {
    const { uid = '' } = pod.metadata;
    let found = plan();
    for (let looks = 0; looks < MOST_LOOKS && this.pods.get(uid)?.isWanted; looks++) {
      const looked = found.status ? { ...pod, status: found.status } : pod;
      await this.pods.get(uid)?.look({ pod: looked, world: this.world, inTurn: this.context.inTurn });
      found = plan();
    }
    return found;
  }
}

class LazyProcesses implements Processes {
  constructor(
    private readonly made: () => PodProcesses,
    readonly isPeculiar: () => boolean,
  ) {}

  fileVariables(...given: Parameters<Processes['fileVariables']>): ReturnType<Processes['fileVariables']> {
    return this.made().fileVariables(...given);
  }

  storageUse(starts: readonly Start[]): ReturnType<Processes['storageUse']> {
    return this.made().storageUse(starts);
  }

  end(start: Start): End | undefined {
    return this.made().end(start);
  }

  run(start: Start, command: GivenCommand, at: Instant): CommandResult | undefined {
    return this.made().run(start, command, at);
  }

  stop(start: Start, at: Instant, hook?: { argv: readonly string[]; at: Instant }): Stopped | undefined {
    return this.made().stop(start, at, hook);
  }
}
