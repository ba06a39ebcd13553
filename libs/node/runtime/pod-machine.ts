import type { corev1 } from '#api';
import { parseTime } from '#apimachinery';
import { type DirectoryNode, FileError, type FileNode, FileSystem, normalized } from '../files/file-system.js';
import { STATUS_CODES } from '../http/status-codes.js';
import { findImage } from '../images/catalogue.js';
import type { ImageDefinition } from '../images/image.js';
import type { HttpAnswer, HttpRequest, Program, ProgramView, ServedPort } from '../images/program.js';
import { pathOf } from '../images/program.js';
import { parseImage } from '../images/reference.js';
import { programOfContainer } from '../pod/programs.js';
import { environmentOf, expanded } from './environment.js';
import { WRITABLE_BYTES } from './limits.js';
import { hostnameOf, rootDirectory } from './root-files.js';
import { volumeDirectory } from './volumes.js';
import type { MachineWorld } from './world.js';

/** One start of a container: what ran from when to when. */
export interface Instance {
  id: string;
  startedAt: number;
  /** Unset while it runs. */
  finishedAt?: number;
  exitCode?: number;
}

/** One container as its streams see it. */
export class Container {
  constructor(
    readonly spec: corev1.Container,
    readonly status: corev1.ContainerStatus | undefined,
    readonly image: ImageDefinition,
    readonly pod: corev1.Pod,
    readonly env: ReadonlyMap<string, string>,
    readonly files: FileSystem,
  ) {}

  /** What runs: command and arguments with variables expanded. */
  get argv(): string[] {
    const { command = [], args = [] } = this.spec;
    const entrypoint = command.length > 0 ? command : (this.image.entrypoint ?? []);
    const rest = args.length > 0 ? args : command.length > 0 ? [] : (this.image.cmd ?? []);
    const own = command.length + args.length > 0;
    const words = [...entrypoint, ...rest];
    return own ? words.map((word) => expanded(word, this.env)) : words;
  }

  get program(): Program | undefined {
    return programOfContainer(this.spec);
  }

  get workingDir(): string {
    return this.spec.workingDir || this.image.workingDir || '/';
  }

  /** The current start: the running one, or the last one that has ended. */
  get current(): Instance | undefined {
    const { state, lastState, containerID = '' } = this.status ?? {};
    if (state?.running) return { id: containerID, startedAt: parseTime(state.running.startedAt ?? '') ?? 0 };
    return endedInstance(state?.terminated?.containerID ? state.terminated : lastState?.terminated);
  }

  /** The start before the current one. */
  get previous(): Instance | undefined {
    return endedInstance(this.status?.lastState?.terminated);
  }

  get isRunning(): boolean {
    return this.status?.state?.running !== undefined;
  }
}

function endedInstance(terminated: corev1.ContainerStateTerminated | undefined): Instance | undefined {
  if (!terminated?.containerID) return undefined;
  const startedAt = parseTime(terminated.startedAt ?? '') ?? 0;
  return {
    id: terminated.containerID,
    startedAt,
    finishedAt: parseTime(terminated.finishedAt ?? '') ?? startedAt,
    exitCode: terminated.exitCode,
  };
}

/** An open port of a pod: the program that listens on it. */
export interface Listener {
  readonly container: string;
  readonly port: ServedPort;
  /** One HTTP exchange. A port that speaks something else has none. */
  answer(request: HttpRequest): HttpAnswer;
}

/** An image without files or programs, for containers whose image does not exist. */
const NO_IMAGE: ImageDefinition = { repositories: [], tags: () => false, size: 0 };

/** One pod's containers, file systems and open ports as of now. Made when somebody looks, and thrown away afterwards. */
export class PodMachine {
  private readonly containers = new Map<string, Container>();

  private constructor(
    readonly pod: corev1.Pod,
    private readonly world: MachineWorld,
    private readonly volumes: ReadonlyMap<string, DirectoryNode>,
  ) {}

  /** Reads what the pod refers to, and puts its containers together. */
  static async open(pod: corev1.Pod, world: MachineWorld, commands: Iterable<string> = []): Promise<PodMachine> {
    const volumes = new Map<string, DirectoryNode>();
    for (const volume of pod.spec?.volumes ?? []) volumes.set(volume.name, await volumeDirectory(world, pod, volume));
    const machine = new PodMachine(pod, world, volumes);
    const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
    const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
    const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
    for (const spec of [...initContainers, ...containers, ...(ephemeralContainers as corev1.Container[])]) {
      const status = statuses.find(({ name }) => name === spec.name);
      machine.containers.set(spec.name, await machine.container(spec, status, commands));
    }
    return machine;
  }

  get(name: string): Container | undefined {
    return this.containers.get(name);
  }

  all(): Iterable<Container> {
    return this.containers.values();
  }

  /** The program that listens on a TCP port of the pod; undefined: the connection is refused. */
  listener(port: number): Listener | undefined {
    for (const container of this.containers.values()) {
      const { program, isRunning } = container;
      if (!isRunning || program === undefined || program.does === 'not-start') continue;
      const open = program.ports.find((candidate) => candidate.port === port);
      if (open) return { container: container.spec.name, port: open, answer: (request) => this.answer(container, open, request) };
    }
    return undefined;
  }

  private answer(container: Container, port: ServedPort, request: HttpRequest): HttpAnswer {
    const view = this.viewOf(container);
    if (port.answer) return port.answer(request, view);
    const status = port.status?.(pathOf(request), view.now - view.startedAt) ?? 400;
    return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `${STATUS_CODES[status]?.toLowerCase() ?? status}\n` };
  }

  /** What a container's program sees. */
  viewOf(container: Container): ProgramView {
    const [, ...args] = container.argv;
    return {
      args,
      env: container.env,
      hostname: hostnameOf(this.pod),
      podIP: this.pod.status?.podIP ?? '',
      now: this.world.clock.now(),
      startedAt: container.current?.startedAt ?? 0,
      read(path) {
        try {
          return Buffer.from(container.files.read(path), 'latin1');
        } catch (error) {
          if (error instanceof FileError) return undefined;
          throw error;
        }
      },
    };
  }

  private async container(
    spec: corev1.Container,
    status: corev1.ContainerStatus | undefined,
    commands: Iterable<string>,
  ): Promise<Container> {
    const { pod, world } = this;
    const now = () => world.clock.now();
    const reference = parseImage(spec.image ?? '');
    const image = (reference && findImage(reference)?.definition) ?? NO_IMAGE;
    const startedAt = parseTime(status?.state?.running?.startedAt ?? '') ?? now();
    const root = rootDirectory({ pod, image, commands, now: startedAt });
    const files = new FileSystem(root, { now, limit: WRITABLE_BYTES, readOnlyRoot: spec.securityContext?.readOnlyRootFilesystem === true });
    for (const mount of spec.volumeMounts ?? []) this.mount(files, mount);
    const env = await environmentOf({
      pod,
      container: spec,
      image: image.env?.(reference?.tag ?? '') ?? {},
      hostname: hostnameOf(pod),
      world,
    });
    return new Container(spec, status, image, pod, env, files);
  }

  private mount(files: FileSystem, { name, mountPath, subPath, readOnly }: corev1.VolumeMount): void {
    const volume = this.volumes.get(name);
    if (!volume) return;
    let node: DirectoryNode | FileNode = volume;
    if (subPath) {
      const within = new FileSystem(volume, { now: () => this.world.clock.now(), limit: WRITABLE_BYTES });
      const found = within.stat(subPath);
      if (found === undefined && volume.readOnly) return;
      if (found === undefined) within.makeDirectory(normalized(subPath), true);
      const there = within.stat(subPath);
      if (there === undefined || there.kind === 'link') return;
      node = there;
    }
    // The entries are shared with other mounts of the volume; whether it may be written is a property of the mount.
    if (node.kind === 'dir') node = { ...node, readOnly: readOnly === true || volume.readOnly === true };
    files.mount(mountPath, node);
  }
}
