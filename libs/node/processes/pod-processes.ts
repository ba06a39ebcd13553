import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import type { InTurn } from '#controller-runtime';
import { programOfContainer } from '../pod/programs.js';
import type { CommandResult, End, Processes, Start, Stopped } from '../pod/world.js';
import { fileVariables } from '../runtime/file-variables.js';
import { shellHost } from '../runtime/main-process.js';
import { PodMachine } from '../runtime/pod-machine.js';
import type { Overage } from '../runtime/storage-limits.js';
import type { MachineWorld } from '../runtime/world.js';
import { terminationMessage } from './ahead.js';
import { bareRun, inTurns, knownRun } from './bare-runs.js';
import { CommandRun, type GivenCommand } from './command-run.js';
import { KEPT_MACHINES, MOST_STEPS, MOST_STEPS_PER_LOOK, NEVER, STEPS_PER_TURN } from './limits.js';
import { StorageWatch } from './storage-watch.js';

/** What a look needs: the pod with the status that it is going to have, and its cluster. */
export interface Looking {
  readonly pod: corev1.Pod;
  readonly world: MachineWorld;
  readonly inTurn: InTurn;
}

/** The pods of all clusters whose machines are in memory, the one that was looked at last at the end. */
const lookedAtLast = new Set<WeakRef<PodProcesses>>();

/** Results of commands that are kept; each is asked for once or twice. */
const MOST_RESULTS = 64;
/** From steps that are used up to the next look. */
const LOOK_AGAIN = 1000;

/** A preStop hook, and when it runs. */
interface StopHook {
  readonly argv: readonly string[];
  readonly at: Instant;
}

/** Whether a container's own words may handle signals. */
const mayTrap = ({ command = [], args = [], volumeMounts = [] }: corev1.Container): boolean =>
  volumeMounts.length > 0 || [...command, ...args].some((word) => /\btrap\b/.test(word));

/**
 * The interpreted processes of one pod. What the planner asks and is not known is looked at afterwards, in turns of a few milliseconds; then
 * the pod is planned again. Everything here may be lost: it is looked at again from the starts in the pod's status.
 */
export class PodProcesses implements Processes {
  private readonly ends = new Map<string, End>();
  private readonly results = new Map<string, CommandResult>();
  private readonly stops = new Map<string, Stopped>();
  /** Every start that was asked about, by id. */
  private readonly starts = new Map<string, Start>();
  private readonly taken = new Map<string, number>();
  private wanted: Array<(looking: Looking) => Promise<void>> = [];
  /** The processes ahead of the clock, and as of the last command in them. */
  private ahead: PodMachine | undefined;
  private current: PodMachine | undefined;
  private now = 0;
  private readonly storage = new StorageWatch();
  private readonly self = new WeakRef(this);
  isPeculiar = (): boolean => false;
  /** Whether variables of containers could be read from files, by container and instant. */
  private readonly variables = new Map<string, { readonly error: string | undefined }>();

  /** Whether something has to be looked at. */
  get isWanted(): boolean {
    return this.wanted.length > 0;
  }

  /** Begins a plan. */
  begin(now: Instant, isPeculiar: () => boolean): this {
    this.now = now;
    this.isPeculiar = isPeculiar;
    this.wanted = [];
    return this;
  }

  /** Files were changed from outside: what was found out about the time that is to come does not hold. */
  filesChanged(now: Instant): void {
    this.forget();
    this.storage.forget();
    this.results.clear();
    this.stops.clear();
    this.variables.clear();
    for (const [id, end] of this.ends) if (end === 'never' || !('code' in end) || end.at > now) this.ends.delete(id);
  }

  storageUse(starts: readonly Start[]): { overage?: Overage; lookAt?: Instant } | undefined {
    const ids = starts.map(({ id }) => id).join(' ');
    const known = this.storage.known(ids, this.now);
    if (known) return known;
    for (const start of starts) this.starts.set(start.id, start);
    this.wanted.push(async (looking) => {
      this.ahead ??= await this.machine(looking);
      await this.storage.look(ids, this.ahead, { now: this.now, inTurn: looking.inTurn });
    });
    return undefined;
  }

  /** Drops what takes memory. */
  private forget(): void {
    this.ahead = undefined;
    this.current = undefined;
  }

  /** The pods that were looked at last keep their machines. */
  private keep(): void {
    lookedAtLast.delete(this.self);
    if (this.ahead === undefined && this.current === undefined) return;
    lookedAtLast.add(this.self);
    for (const oldest of lookedAtLast) {
      if (lookedAtLast.size <= KEPT_MACHINES) return;
      lookedAtLast.delete(oldest);
      oldest.deref()?.forget();
    }
  }

  end(start: Start): End | undefined {
    const known = this.ends.get(start.id);
    if (known !== undefined && (known === 'never' || 'code' in known || known.lookAt > this.now)) return known;
    this.starts.set(start.id, start);
    this.wanted.push((looking) => this.lookAhead(start, looking));
    return undefined;
  }

  run(start: Start, command: GivenCommand, at: Instant): CommandResult | undefined {
    const elapsed = at - start.startedAt;
    // The machine of a container runs its postStart hook by itself.
    const spec = command.hook ? { ...start.container, lifecycle: undefined } : start.container;
    const byPod = this.isPeculiar() || isByPod(start.container);
    const shared = byPod ? 'by-pod' : knownRun(spec, command, elapsed);
    if (shared !== undefined && shared !== 'by-pod') return shared;
    const key = JSON.stringify([start.id, at, command]);
    const known = this.results.get(key);
    if (known) return known;
    this.starts.set(start.id, start);
    this.wanted.push(async (looking) => {
      const found = shared ?? (await inTurns(bareRun(spec, command, elapsed), looking.inTurn));
      const result = found === 'by-pod' ? await this.runInPod(start, command, { at, looking }) : found;
      if (this.results.size >= MOST_RESULTS) this.results.clear();
      this.results.set(key, result);
    });
    return undefined;
  }

  fileVariables(container: corev1.Container, at: Instant): { readonly error: string | undefined } | undefined {
    const key = `${container.name} ${at}`;
    const known = this.variables.get(key);
    if (known) return known;
    this.wanted.push(async (looking) => {
      const machine = await this.machineAt({ id: '' }, at, looking);
      const found = fileVariables(looking.pod, container, (name) => machine.volume(name));
      this.current = undefined;
      if (this.variables.size >= MOST_RESULTS) this.variables.clear();
      this.variables.set(key, { error: 'error' in found ? found.error : undefined });
    });
    return undefined;
  }

  stop(start: Start, at: Instant, hook?: StopHook): Stopped | undefined {
    if (!hook && !mayTrap(start.container)) return { ignores: true };
    const key = `${start.id} ${at}`;
    const known = this.stops.get(key);
    if (known) return known;
    this.starts.set(start.id, start);
    this.wanted.push(async (looking) => {
      this.stops.set(key, await this.stopInPod(start, { at, ...(hook ? { hook } : {}) }, looking));
    });
    return undefined;
  }

  /** Looks at everything that was asked for and not known. */
  async look(looking: Looking): Promise<void> {
    for (const want of this.wanted.splice(0)) await want(looking);
    this.keep();
  }

  private async machine({ pod, world }: Looking): Promise<PodMachine> {
    return PodMachine.open(pod, world, { startedAt: (id) => this.starts.get(id)?.startedAt });
  }

  private async lookAhead({ id }: Start, looking: Looking): Promise<void> {
    const open = new Set([id]);
    if (this.ahead?.mainOf(id) === undefined) {
      // Another start may write into the volumes of the others: what they do is looked at again.
      for (const [other, end] of this.ends) if (end === 'never' || !('code' in end)) open.add(other);
      for (const one of open) this.taken.delete(one);
      this.ahead = await this.machine(looking);
    }
    for (const one of open) this.ends.set(one, await this.follow(this.ahead, one, looking));
    // What is known to the end of all processes needs no machine.
    if ([...this.ends.values()].every((end) => end === 'never' || 'code' in end)) this.ahead = undefined;
  }

  /** Runs a process ahead until its end, until the cluster's objects have to be known, or until the steps of one look are used up. */
  private async follow(machine: PodMachine, id: string, { inTurn }: Looking): Promise<End> {
    const main = machine.mainOf(id);
    const before = this.taken.get(id) ?? 0;
    for (let taken = 0; main; taken += STEPS_PER_TURN) {
      const stop = main.code === undefined && !main.endless ? await inTurn(() => machine.steps(NEVER, STEPS_PER_TURN)) : 'done';
      if (stop === 'outside') await machine.processes.outside();
      this.taken.set(id, before + taken);
      const end = this.endOf(machine, id, { stop, over: taken >= MOST_STEPS_PER_LOOK });
      if (end !== undefined) return end;
    }
    return 'never';
  }

  private endOf(machine: PodMachine, id: string, { stop, over }: { stop: string; over: boolean }): End | undefined {
    const main = machine.mainOf(id);
    const container = this.starts.get(id)?.container;
    if (main === undefined || main.endless) return 'never';
    if (main.code !== undefined) {
      const inside = container && machine.get(container.name);
      const message = inside && terminationMessage({ container: inside }, container);
      return { at: main.at, code: main.code, ...(message === undefined ? {} : { message }) };
    }
    if (stop === 'done' || (this.taken.get(id) ?? 0) >= MOST_STEPS) return 'never';
    if (stop === 'halted') return { lookAt: Math.max(this.now + 1, machine.processes.haltedAt ?? 0) };
    return over ? { lookAt: Math.max(this.now + LOOK_AGAIN, machine.processes.now) } : undefined;
  }

  /** The processes as of an instant. */
  private async machineAt({ id }: Pick<Start, 'id'>, at: Instant, looking: Looking): Promise<PodMachine> {
    const known = this.current?.mainOf(id) && this.current.processes.now <= at ? this.current : undefined;
    const machine = known ?? (await this.machine(looking));
    this.current = machine;
    for (let taken = 0; taken < MOST_STEPS; taken += STEPS_PER_TURN) {
      const stop = await looking.inTurn(() => machine.steps(at, STEPS_PER_TURN));
      if (stop === 'outside') await machine.processes.outside();
      else if (stop !== 'more') break;
    }
    machine.processes.now = Math.max(machine.processes.now, at);
    return machine;
  }

  private async runInPod(start: Start, command: GivenCommand, { at, looking }: { at: Instant; looking: Looking }): Promise<CommandResult> {
    const machine = await this.machineAt(start, at, looking);
    const container = machine.get(start.container.name);
    if (!container) return { ok: false, output: '' };
    const { processes: kernel } = machine;
    const host = shellHost(container, kernel, machine.around(container));
    const run = new CommandRun({ kernel, host, container }, command);
    for (let taken = 0; ; taken += STEPS_PER_TURN) {
      const stop = run.result(false) ? 'done' : await looking.inTurn(() => machine.steps(run.deadline, STEPS_PER_TURN));
      if (stop === 'outside') await kernel.outside();
      const result = run.result(stop === 'done' || stop === 'halted' || taken >= MOST_STEPS_PER_LOOK);
      // What listens in the pod answers the same as long as the pod runs.
      if (result) return { ...result, quiet: result.quiet === true && !isByPod(start.container) };
    }
  }

  private async stopInPod(start: Start, { at, hook }: { at: Instant; hook?: StopHook }, looking: Looking): Promise<Stopped> {
    if (hook)
      await this.runInPod(start, { argv: hook.argv, timeoutSeconds: Math.ceil((at - hook.at) / 1000) + 1 }, { at: hook.at, looking });
    const machine = await this.machineAt(start, at, looking);
    const main = machine.mainOf(start.id);
    this.current = undefined;
    if (main?.code !== undefined) return { code: main.code, at: Math.min(main.at, at) };
    if (!main?.onSignal?.('TERM')) return { ignores: true };
    for (let taken = 0; main.code === undefined && taken < MOST_STEPS_PER_LOOK; taken += STEPS_PER_TURN) {
      const stop = await looking.inTurn(() => machine.steps(NEVER, STEPS_PER_TURN));
      if (stop === 'outside') await machine.processes.outside();
      else if (stop !== 'more') break;
    }
    return main.code === undefined ? { ignores: true } : { code: main.code, at: main.at };
  }
}

function isByPod(container: corev1.Container): boolean {
  const program = programOfContainer(container);
  return program !== undefined && program.does !== 'not-start' && program.script?.byPod === true;
}
