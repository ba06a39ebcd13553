import type { corev1 } from '#api';
import { parseTime } from '#apimachinery';
import { isMirrorPod } from '../eviction/pressure.js';
import { FileSystem } from '../files/file-system.js';
import { type DirectoryNode } from '../files/nodes.js';
import { findImage } from '../images/catalogue.js';
import type { ImageDefinition } from '../images/image.js';
import { parseImage } from '../images/reference.js';
import { hostnameOf } from '../pod/host-name.js';
import { linuxUser, withPodUser } from '../pod/linux-user.js';
import { Kernel, type Task } from '../shell/kernel.js';
import type { Surroundings } from '../shell/process.js';
import { EMPTY_INPUT, Pipe, UNREAD } from '../shell/streams.js';
import { ClusterNetwork } from './cluster-network.js';
import { commandBody } from './command-body.js';
import { Container, firstStart, type Instance } from './container.js';
import { ContainerLog } from './container-log.js';
import { environmentOf } from './environment.js';
import { fileUser, mountProcessStatus, mountTerminationLog, processName } from './file-user.js';
import { readsFiles, withFileVariables } from './file-variables.js';
import { type KeptChange, type KeptFiles, replay } from './kept-files.js';
import { LOG_BYTES, STEPS_PER_LOOK, WRITABLE_BYTES } from './limits.js';
import { Listener, openPort } from './listener.js';
import { crashingProcess, mainProcess, shellHost } from './main-process.js';
import { ending, finishing, following } from './main-tasks.js';
import { mountDevices, mountTables, mountVolume } from './mount.js';
import { mountsText, mountTable, type PodVolume } from './mount-table.js';
import { endedAt, lostVolumes, powerCut } from './power.js';
import { processLimit } from './process-limit.js';
import { rootDirectory } from './root-files.js';
import { hasStorageLimits, type Overage, StorageMeters } from './storage-limits.js';
import { surroundingsOf } from './surroundings.js';
import { atStart, type Start, SyncedObjects } from './versions.js';
import { boundVolume } from './volume-files.js';
import { isUpdated, updating, type VolumeUpdate, volumeDirectory, volumesAt } from './volumes.js';
import { existingAt, type MachineWorld } from './world.js';

/** An image without files or programs, for containers whose image does not exist. */
const NO_IMAGE: ImageDefinition = { repositories: [], tags: () => false, size: 0 };

export interface MachineOptions {
  /** The container whose log is kept. */
  logged?: string;
  /** Exact times of starts by the container's id; a status knows whole seconds. */
  startedAt?(id: string): number | undefined;
}

interface MachineParts {
  pod: corev1.Pod;
  world: MachineWorld;
  volumes: ReadonlyMap<string, DirectoryNode>;
  /** What is mounted for the volumes. */
  mounted: ReadonlyMap<string, PodVolume>;
  /** What the kubelet has written into the volumes since the first start. */
  updates: readonly VolumeUpdate[];
  kept: KeptFiles;
  options: MachineOptions;
}

/** One pod's containers, file systems and open ports as of now. Made when somebody looks, and thrown away afterwards. */
export class PodMachine {
  private readonly containers = new Map<string, Container>();
  private readonly logs = new Map<string, ContainerLog>();
  private kernel: Kernel | undefined;
  /** The time of the processes while they are brought up to date; files get it. */
  private advancing = false;
  private readonly mains = new Map<string, Task>();

  readonly pod: corev1.Pod;
  private readonly world: MachineWorld;
  private readonly volumes: ReadonlyMap<string, DirectoryNode>;
  private readonly meters: StorageMeters | undefined;
  private readonly kept: KeptFiles;
  private readonly options: MachineOptions;

  private constructor(private readonly parts: MachineParts) {
    const { pod, world, volumes, kept, options } = parts;
    this.pod = pod;
    this.world = world;
    this.volumes = volumes;
    this.meters = hasStorageLimits(pod) ? new StorageMeters(pod) : undefined;
    for (const [name, volume] of volumes) volume.meter = this.meters?.ofVolume(name);
    this.kept = kept;
    this.options = options;
  }

  /** Reads what the pod refers to, and puts its containers together. */
  static async open(pod: corev1.Pod, world: MachineWorld, options: MachineOptions = {}): Promise<PodMachine> {
    const now = world.clock.now();
    const first = firstStart(pod) ?? now;
    const synced = new SyncedObjects(world.objects, pod, first);
    const volumes = await volumesAt(world, pod, { at: first, objects: synced.at(first), volumes: pod.spec?.volumes ?? [] });
    const mounted = new Map<string, PodVolume>();
    for (const volume of pod.spec?.volumes ?? [])
      mounted.set(volume.name, { volume, bound: await boundVolume(pod, volume, world.objects) });
    const updates: VolumeUpdate[] = [];
    const updated = (pod.spec?.volumes ?? []).filter(isUpdated);
    for (const at of await synced.changes(first, now))
      updates.push({ at, volumes: await volumesAt(world, pod, { at, objects: synced.at(at), volumes: updated }) });
    const kept = (await world.keptFiles?.(pod.metadata.uid ?? '')) ?? {};
    const machine = new PodMachine({ pod, world, volumes, mounted, updates, kept, options });
    const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
    const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
    const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
    for (const spec of [...initContainers, ...containers, ...(ephemeralContainers as corev1.Container[])]) {
      const status = statuses.find(({ name }) => name === spec.name);
      machine.containers.set(spec.name, await machine.container(spec, status));
    }
    return machine;
  }

  /** A machine that is up to date. */
  static async opened(pod: corev1.Pod, world: MachineWorld, options: MachineOptions = {}): Promise<PodMachine> {
    const machine = await PodMachine.open(pod, world, options);
    await machine.advance();
    return machine;
  }

  get(name: string): Container | undefined {
    return this.containers.get(name);
  }

  /** The first look at which it stores more than it may, as far as its processes were run. */
  get overage(): Overage | undefined {
    return this.meters?.overage;
  }

  /** The directory of one of the pod's volumes. */
  volume(name: string): DirectoryNode | undefined {
    return this.volumes.get(name);
  }

  /** The program that listens on a TCP port of the pod for connections from there; undefined: the connection is refused. */
  listener(port: number, from: 'inside' | 'outside'): Listener | undefined {
    for (const container of this.containers.values()) {
      const open = openPort(container, port);
      if (open && !(open.loopback && from === 'outside')) return new Listener({ container, port: open, pod: this.pod, world: this.world });
    }
    return undefined;
  }

  /**
   * Brings the processes of the containers up to date: what they have printed and written until now. To be called again for what happens
   * later. False: they had more to do than one look may cost; the next look goes on.
   */
  async advance(): Promise<boolean> {
    this.advancing = true;
    try {
      return await this.processes.run(this.world.clock.now(), { pace: this.world.pace, steps: STEPS_PER_LOOK });
    } finally {
      this.advancing = false;
    }
  }

  /** Takes steps of the processes up to an instant, which may be ahead of the clock (Kernel.steps). */
  steps(until: number, most: number): ReturnType<Kernel['steps']> {
    this.advancing = true;
    try {
      return this.processes.steps(until, most);
    } finally {
      this.advancing = false;
    }
  }

  /** The processes of all containers, from their starts. */
  get processes(): Kernel {
    this.kernel ??= this.started();
    return this.kernel;
  }

  /** The process 1 of a start. */
  mainOf(id: string): Task | undefined {
    this.kernel ??= this.started();
    return this.mains.get(id);
  }

  private now(): number {
    return this.advancing && this.kernel ? this.kernel.now : this.world.clock.now();
  }

  /** The changes of files that are kept for a container: those of this start, and those in volumes. */
  keptFor({ spec, status }: Container): KeptChange[] {
    const kept = Object.hasOwn(this.kept, spec.name) ? this.kept[spec.name] : undefined;
    if (!kept) return [];
    if (kept.containerID === status?.containerID) return kept.changes;
    const mounts = (spec.volumeMounts ?? []).map(({ mountPath }) => `${mountPath.replace(/\/+$/, '')}/`);
    return kept.changes.filter(({ path }) => mounts.some((mount) => path.startsWith(mount)));
  }

  /** What one start of a container has printed, as far as `advance` has come. */
  logOf({ id }: Instance): ContainerLog | undefined {
    return this.logs.get(id);
  }

  /** A kernel in which every known start of every container is a task that begins and ends when its status says so. */
  private started(): Kernel {
    const instances = [...this.containers.values()].flatMap((container) => container.starts.map((instance) => ({ container, instance })));
    const starts = instances.map(({ instance }) => instance);
    const first = Math.min(this.world.clock.now(), ...starts.map(({ startedAt }) => startedAt));
    const kernel = new Kernel(first);
    kernel.known = () => this.world.clock.now();
    if (this.parts.updates.length > 0) kernel.attend('volumes', updating(this.volumes, this.parts.updates));
    const cut = powerCut(this.pod, starts, this.world);
    for (const { container, instance } of instances) this.startMain(kernel, container, { ...instance, end: endedAt(instance, cut) });
    const lost = cut && lostVolumes(this.pod, this.volumes, cut);
    if (lost) kernel.attend('memory', updating(this.volumes, [lost]));
    for (const container of this.containers.values()) {
      const changes = this.keptFor(container);
      if (changes.length > 0) kernel.attend('files', replay(container.files, changes));
    }
    kernel.most = processLimit(this.pod, this.world) ?? kernel.most;
    return kernel;
  }

  private startMain(kernel: Kernel, container: Container, { id, startedAt: second, end }: Instance & { end: number | undefined }): void {
    const startedAt = this.options.startedAt?.(id) ?? second;
    const log = new ContainerLog(container.spec.name === this.options.logged ? LOG_BYTES : 0, () => kernel.now);
    this.logs.set(id, log);
    const host = shellHost(container, kernel, this.around(container), { onUnknown: () => undefined });
    const input = container.spec.stdin ? new Pipe() : EMPTY_INPUT;
    const io = { input, output: log.output('stdout'), errors: log.output('stderr') };
    const words = isMirrorPod(this.pod) ? this.world.faults?.lastWords?.(container.spec.name, this.pod.spec.nodeName ?? '') : undefined;
    const begun = words === undefined ? mainProcess(container, host, io) : crashingProcess(words, io);
    const given = withFileVariables(container, (name) => this.volumes.get(name), begun);
    const main = readsFiles(container.spec) ? following(kernel, this.initTasks(container), given) : begun;
    const task = kernel.spawn(container.spec.name, finishing(main, log), startedAt);
    if (task) this.mains.set(id, task);
    const hook = container.spec.lifecycle?.postStart?.exec?.command;
    const body = hook && commandBody({ host, container }, hook, { input: EMPTY_INPUT, output: UNREAD, errors: UNREAD });
    if (body && typeof body !== 'string') kernel.spawn('postStart', body, startedAt);
    if (task && end !== undefined) kernel.attend('reaper', ending(task, end), startedAt);
  }

  /** The init containers that have been started so far. */
  private initTasks({ spec }: Container): Task[] {
    const init = (this.pod.spec.initContainers ?? []).filter((each) => each !== spec && each.restartPolicy !== 'Always');
    return init.flatMap(({ name }) => this.mains.get(this.get(name)?.current?.id ?? '') ?? []);
  }

  /** What commands know of a container. */
  around(container: Container): Surroundings {
    const { faults } = this.world;
    const { nodeName = '' } = this.pod.spec;
    const time = (at: number): number => at + (faults?.skewAt?.(nodeName, at) ?? 0);
    const mounts = mountTable(container.spec, this.parts.mounted);
    return surroundingsOf(this.pod, container, { mounts, network: () => this.network(), time });
  }

  /** The network at the time of the process that asks: what was created later is not there yet. */
  private network(): ClusterNetwork {
    const { pod, world } = this;
    const at = this.now();
    return new ClusterNetwork({ ...world, objects: existingAt(world.objects, at) }, pod, async (other) =>
      other === pod ? this : PodMachine.opened(other, world),
    );
  }

  /** A volume whose mounted part is not updated. */
  private async volumeAtStart(name: string, start: Start): Promise<DirectoryNode | undefined> {
    const volume = this.pod.spec?.volumes?.find((each) => each.name === name);
    if (!volume || !isUpdated(volume)) return this.volumes.get(name);
    return volumeDirectory({ ...this.world, objects: start.objects }, await start.pod(), volume);
  }

  private async container(spec: corev1.Container, status: corev1.ContainerStatus | undefined): Promise<Container> {
    const { pod, world } = this;
    const now = () => this.now();
    const reference = parseImage(spec.image ?? '');
    const image = (reference && findImage(reference)?.definition) ?? NO_IMAGE;
    const startedAt = parseTime(status?.state?.running?.startedAt ?? '') ?? now();
    const root = rootDirectory({ pod, image, name: spec.image, now: startedAt });
    const secured = withPodUser(pod, spec);
    const user = status?.user?.linux ?? linuxUser(pod, spec, image);
    const readOnlyRoot = spec.securityContext?.readOnlyRootFilesystem === true;
    const files = new FileSystem(root, {
      ...{ now, limit: WRITABLE_BYTES, readOnlyRoot, meter: this.meters?.ofContainer(spec.name) },
      user: fileUser(user, secured),
    });
    mountDevices(files, pod, { container: spec, now: startedAt });
    if (user.uid) mountTerminationLog(files, spec, startedAt);
    mountProcessStatus(files, secured, { user, name: processName(spec, image), now: startedAt });
    mountTables(files, mountsText(mountTable(spec, this.parts.mounted)), startedAt);
    const start = atStart(world, pod, status?.containerID || undefined);
    for (const mount of spec.volumeMounts ?? []) {
      const volume = mount.subPath ? await this.volumeAtStart(mount.name, start) : this.volumes.get(mount.name);
      if (volume) mountVolume(files, mount, { volume, now });
    }
    const env = await environmentOf({
      pod,
      container: spec,
      image: image.env?.(reference?.tag ?? '') ?? {},
      hostname: hostnameOf(pod),
      startedAt,
      start,
      world,
    });
    return new Container(spec, status, image, pod, env, files);
  }
}
