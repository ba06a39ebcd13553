import type { corev1 } from '#api';
import { FileError } from '../files/file-system.js';
import { type ExitingProgram, exit, type Program, type ServedPort, serve } from '../images/program.js';
import { cannotStart, withoutWrappers } from '../images/run.js';
import { commandBody } from '../runtime/command-body.js';
import { mainProcess, shellHost } from '../runtime/main-process.js';
import type { ShellHost } from '../shell/interpreter.js';
import { Kernel, type Task } from '../shell/kernel.js';
import { lookUp } from '../shell/look-up.js';
import { EMPTY_INPUT, Pipe, UNREAD } from '../shell/streams.js';
import { type BareContainer, bareContainer } from './bare-container.js';
import { MOST_STEPS_AHEAD, NEVER } from './limits.js';

/** The exit code of a process that the kernel kills because it does not handle SIGTERM in time. */
const KILLED = 137;
/** Characters and lines of a log that become the message (MaxContainerTerminationMessageLogLength and -Lines). */
const LOG_CHARACTERS = 2048;
const LOG_LINES = 80;
/** Characters of a termination message (MaxContainerTerminationMessageLength is 4096 bytes). */
const LONGEST_MESSAGE = 4096;

/**
 * The process of a container that is run ahead of the clock, from its start, in a container without a pod. As long as it asks for nothing
 * that only a pod can answer, it does the same in all pods with the same spec.
 */
export class Ahead {
  readonly kernel = new Kernel(0);
  readonly bare: BareContainer | undefined;
  readonly host: ShellHost | undefined;
  readonly main: Task | undefined;
  private readonly ports: ServedPort[] = [];
  /** The end of its log, if that is wanted. */
  private log = '';
  private unknown = false;
  private taken = 0;
  private result: Program | undefined;

  constructor(private readonly spec: corev1.Container) {
    const { kernel } = this;
    const bare = bareContainer(spec, kernel);
    this.bare = bare;
    if (!bare) return;
    this.host = shellHost(bare.container, kernel, bare.around, {
      onRead: bare.onRead,
      onListen: (ports) => {
        this.ports.push(...ports);
      },
      onUnknown: () => {
        this.unknown = true;
      },
    });
    const input = spec.stdin || spec.tty ? new Pipe() : EMPTY_INPUT;
    const [name = ''] = withoutWrappers(bare.container.argv);
    const found = lookUp(this.host, name, bare.container.workingDir);
    if ('error' in found && !bare.asked) this.result = cannotStart(name);
    else {
      this.main = kernel.spawn(spec.name, mainProcess(bare.container, this.host, { input, output: this.sink, errors: this.sink }));
      this.postStart(bare, this.host);
    }
  }

  private get sink() {
    if (this.spec.terminationMessagePolicy !== 'FallbackToLogsOnError') return UNREAD;
    const put = (data: string): boolean => {
      this.log = (this.log + data).slice(-LOG_CHARACTERS);
      return true;
    };
    return { put };
  }

  /** What its end says (kuberuntime getTerminationMessage). */
  private message(code: number): string | undefined {
    const written = terminationMessage(this.bare, this.spec);
    if (written !== undefined || code === 0 || this.log === '') return written;
    const lines = this.log.split('\n');
    return Buffer.from(lines.slice(-LOG_LINES - 1).join('\n'), 'latin1').toString('utf8');
  }

  /** The hook runs beside the process, which may wait for what it does. */
  private postStart({ container }: BareContainer, host: ShellHost): void {
    const command = this.spec.lifecycle?.postStart?.exec?.command;
    const body = command && commandBody({ host, container }, command, { input: EMPTY_INPUT, output: UNREAD, errors: UNREAD });
    if (body && typeof body !== 'string') this.kernel.spawn('postStart', body);
  }

  /** What the process does; undefined until enough steps were taken. */
  get program(): Program | undefined {
    return this.result;
  }

  /** Takes at most so many steps; true: it is known what the process does. */
  work(steps: number): boolean {
    const { kernel, main } = this;
    for (let left = steps; this.result === undefined && left > 0; left -= 1) {
      if (!main) break;
      if (main.code !== undefined || main.endless || this.taken >= MOST_STEPS_AHEAD) this.conclude();
      else {
        this.taken += 1;
        const stop = kernel.steps(NEVER, 1);
        if (stop === 'done' || stop === 'outside') this.conclude();
      }
    }
    return this.result !== undefined;
  }

  private conclude(): void {
    const { main, bare, kernel } = this;
    if (!main || !bare) return;
    const traps = main.handles?.('TERM') === true;
    // Steps are used up: it is not known whether it ends.
    const isOpen = main.code === undefined && !main.endless && !this.unknown && (kernel.nextAt ?? NEVER) < NEVER;
    const script = { byPod: bare.asked || isOpen, traps };
    const program = main.code === undefined || script.byPod ? serve(this.ports, { stopCode: KILLED }) : this.ended(main, main.code);
    this.result = { ...program, script };
  }

  private ended({ at }: Task, code: number): ExitingProgram {
    return { ...exit(code, at, this.message(code)), stopCode: KILLED, ports: this.ports };
  }
}

/** What a container has left in its termination message file. */
export function terminationMessage(bare: Pick<BareContainer, 'container'> | undefined, spec: corev1.Container): string | undefined {
  try {
    const text = bare?.container.files.read(spec.terminationMessagePath || '/dev/termination-log') ?? '';
    return text === '' ? undefined : Buffer.from(text.slice(0, LONGEST_MESSAGE), 'latin1').toString('utf8');
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
