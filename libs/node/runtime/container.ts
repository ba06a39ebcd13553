import type { corev1 } from '#api';
import { parseTime } from '#apimachinery';
import type { FileSystem } from '../files/file-system.js';
import type { ImageDefinition } from '../images/image.js';
import { expanded } from './environment.js';

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
    private readonly variables: Map<string, string>,
    readonly files: FileSystem,
  ) {}

  get env(): ReadonlyMap<string, string> {
    return this.variables;
  }

  /** Adds variables that are known when it starts. */
  addVariables(values: ReadonlyMap<string, string>): void {
    for (const [name, value] of values) this.variables.set(name, value);
  }

  /** What runs: command and arguments with variables expanded. */
  get argv(): string[] {
    const { command = [], args = [] } = this.spec;
    const entrypoint = command.length > 0 ? command : (this.image.entrypoint ?? []);
    const rest = args.length > 0 ? args : command.length > 0 ? [] : (this.image.cmd ?? []);
    const own = command.length + args.length > 0;
    const words = [...entrypoint, ...rest];
    return own ? words.map((word) => expanded(word, this.env)) : words;
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

  /** The starts that are known, in their order. */
  get starts(): Instance[] {
    const { previous, current } = this;
    return [...(previous && previous.id !== current?.id ? [previous] : []), ...(current ? [current] : [])];
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

/** When the first of a pod's containers that are known was started. */
export function firstStart({ status }: corev1.Pod): number | undefined {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const starts = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].flatMap(({ state, lastState }) =>
    [state?.running, state?.terminated, lastState?.terminated].flatMap((each) => parseTime(each?.startedAt ?? '') || []),
  );
  return starts.length === 0 ? undefined : Math.min(...starts);
}
