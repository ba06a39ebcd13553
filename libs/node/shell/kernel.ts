import TinyQueue from 'tinyqueue';
import { MOST_TASKS, STEPS_AT_A_STRETCH, STRETCH } from './limits.js';

/** Something that tasks wait for: data in a pipe, the end of another task. */
export class Signal {
  private readonly waiting = new Set<Task>();

  add(task: Task): void {
    this.waiting.add(task);
  }

  remove(task: Task): void {
    this.waiting.delete(task);
  }

  /** Makes everything that waits runnable. */
  wake(): void {
    if (this.waiting.size === 0) return;
    const tasks = [...this.waiting];
    this.waiting.clear();
    for (const task of tasks) task.wake();
  }
}

/** What a task waits for before it goes on: an instant, a signal, or (undefined) only its next turn. It may be woken for nothing. */
export type Wait = { readonly until?: number; readonly on?: Signal } | undefined;

/** The body of a task: returns its exit code. */
export type Body = Generator<Wait, number, void>;

/** Ends a task from outside. */
export class Killed extends Error {
  constructor(readonly code: number) {
    super(`killed: ${code}`);
  }
}

/** A running process. */
export class Task {
  /** Set when it has ended. */
  code: number | undefined;
  readonly exited = new Signal();
  /** When it was started, and later when it ended. */
  at: number;
  waitsOn: Signal | undefined;
  /** Increased whenever it is woken, so that old timers are ignored. */
  ticket = 0;
  steps = 0;
  killing: number | undefined;
  /** It is known to go on until it is killed. */
  endless = false;
  /** It counts as a process of the container. */
  isProcess = true;
  /** What the process does on a signal, by name; false: it does not handle it. */
  onSignal: ((name: string) => boolean) | undefined;
  /** Signals that the process handles. */
  handles: ((name: string) => boolean) | undefined;

  constructor(
    private readonly kernel: Kernel,
    readonly pid: number,
    readonly body: Body,
    at: number,
    readonly name: string,
  ) {
    this.at = at;
  }

  wake(): void {
    if (this.code !== undefined) return;
    this.waitsOn?.remove(this);
    this.waitsOn = undefined;
    this.ticket += 1;
    this.kernel.enqueue(this);
  }

  /** Makes it end with an exit code at its next turn. */
  kill(code: number): void {
    if (this.code !== undefined) return;
    this.killing = code;
    this.wake();
  }
}

interface Timer {
  at: number;
  task: Task;
  ticket: number;
}

/** Lets the event loop of the host go on between steps. */
export interface Pace {
  pause(): Promise<void> | undefined;
}

/** Why no further step was taken: nothing is due, steps are used up, the world is not known yet, something outside has to answer. */
type Stop = 'done' | 'more' | 'halted' | 'outside';

/** How many steps are taken before the host is asked whether to pause. */
const STEPS_PER_PAUSE = 32;

/**
 * The processes of a container as coroutines on the cluster's clock. They run until all of them wait for something; time passes between
 * steps only. Nothing runs unless `run` is called.
 */
export class Kernel {
  /** The instant of the step that is being taken. */
  now: number;
  private readonly ready: Task[] = [];
  private readonly timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at);
  readonly tasks = new Map<number, Task>();
  /** What tasks wait for outside of the kernel; time stands still meanwhile. */
  readonly pending = new Set<Promise<unknown>>();
  /** Until when the objects of the cluster are known. A kernel that runs ahead of the clock halts before it reads them later. */
  known: () => number = () => Number.POSITIVE_INFINITY;
  private halted: number | undefined;
  /** The task whose step is being taken. */
  current: Task | undefined;
  /** Processes that may run at once (pids.max of the pod's cgroup): no process forks beyond. */
  most = Number.POSITIVE_INFINITY;
  /** Processes that run in the task of their parent, which waits for them. */
  private children = 0;
  private lastPid: number;

  constructor(now: number, firstPid = 1) {
    this.now = now;
    this.lastPid = firstPid - 1;
  }

  /** How many processes can be forked now. */
  get room(): number {
    const room = MOST_TASKS - this.tasks.size;
    if (this.most === Number.POSITIVE_INFINITY) return room;
    let running = this.children;
    for (const { isProcess, at } of this.tasks.values()) if (isProcess && at <= this.now) running += 1;
    return Math.max(0, Math.min(room, this.most - running));
  }

  /** Runs a child in the task of its parent, which waits for it. */
  *child(body: Body): Body {
    this.children += 1;
    try {
      return yield* body;
    } finally {
      this.children -= 1;
    }
  }

  /** Starts something that is no process of the container. */
  attend(name: string, body: Body, at = this.now): Task | undefined {
    const task = this.spawn(name, body, at);
    if (task) task.isProcess = false;
    return task;
  }

  /** Starts a process that the runtime puts into the container, now or at a later instant; undefined if there are too many tasks. */
  spawn(name: string, body: Body, at = this.now): Task | undefined {
    if (this.tasks.size >= MOST_TASKS) return undefined;
    this.lastPid += 1;
    const task = new Task(this, this.lastPid, body, at, name);
    this.tasks.set(task.pid, task);
    if (at <= this.now) this.ready.push(task);
    else this.timers.push({ at, task, ticket: task.ticket });
    return task;
  }

  enqueue(task: Task): void {
    this.ready.push(task);
  }

  /** When something happens next by itself; undefined if nothing does. */
  get nextAt(): number | undefined {
    for (;;) {
      const next = this.timers.peek();
      if (next === undefined || next.ticket === next.task.ticket) return next?.at;
      this.timers.pop();
    }
  }

  /** When the kernel halted; undefined if it did not. */
  get haltedAt(): number | undefined {
    return this.halted;
  }

  /** Makes a task wait until the cluster's objects are known at the instant it has come to; everything else halts with it. */
  *reached(): Generator<Wait, void, void> {
    while (this.now > this.known()) {
      this.halted = this.now;
      yield undefined;
    }
  }

  /** Takes at most so many steps of what is due up to an instant, in the order of time, and says why it stopped. */
  steps(until: number, most: number): Stop {
    for (let left = most; ; left -= 1) {
      if (this.halted !== undefined) {
        if (this.halted > this.known()) return 'halted';
        this.halted = undefined;
      }
      if (this.ready.length === 0 && this.pending.size > 0) return 'outside';
      if (left <= 0) return 'more';
      const task = this.ready.shift() ?? this.due(until);
      if (task === undefined) return 'done';
      this.step(task);
    }
  }

  /** Runs everything that is due up to an instant, in the order of time. Returns false if it ran out of steps before. */
  async run(until: number, { pace, steps = Number.POSITIVE_INFINITY }: { pace: Pace; steps?: number }): Promise<boolean> {
    for (let left = steps; left > 0; ) {
      const stop = this.steps(until, Math.min(left, STEPS_PER_PAUSE));
      if (stop === 'done') {
        this.now = Math.max(this.now, until);
        return true;
      }
      if (stop === 'halted') return false;
      if (stop === 'outside') {
        await this.outside();
        continue;
      }
      left -= STEPS_PER_PAUSE;
      const pause = pace.pause();
      if (pause) await pause;
    }
    return false;
  }

  /** Waits for what tasks wait for outside of the kernel. */
  async outside(): Promise<void> {
    await Promise.race(this.pending).catch(() => undefined);
    // The waiting task is woken by a reaction to the same promise.
    await Promise.resolve();
  }

  private due(until: number): Task | undefined {
    const at = this.nextAt;
    if (at === undefined || at > until) return undefined;
    const timer = this.timers.pop();
    if (timer === undefined) return undefined;
    this.now = Math.max(this.now, timer.at);
    timer.task.waitsOn?.remove(timer.task);
    timer.task.waitsOn = undefined;
    timer.task.ticket += 1;
    return timer.task;
  }

  private step(task: Task): void {
    if (task.code !== undefined) return;
    this.current = task;
    let wait: Wait;
    try {
      const { killing } = task;
      task.killing = undefined;
      const next = killing === undefined ? task.body.next() : task.body.throw(new Killed(killing));
      if (next.done) {
        this.end(task, next.value);
        return;
      }
      wait = next.value;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.end(task, error.code);
      return;
    }
    this.suspend(task, wait);
  }

  private suspend(task: Task, wait: Wait): void {
    if (wait === undefined || (wait.on === undefined && wait.until === undefined)) {
      task.steps += 1;
      // A task that only computes lets time pass, so that endless loops come to an end of each look.
      if (task.steps % STEPS_AT_A_STRETCH !== 0) this.ready.push(task);
      else this.timers.push({ at: this.now + STRETCH, task, ticket: task.ticket });
      return;
    }
    if (wait.on) {
      wait.on.add(task);
      task.waitsOn = wait.on;
    }
    if (wait.until !== undefined) this.timers.push({ at: wait.until, task, ticket: task.ticket });
  }

  private end(task: Task, code: number): void {
    task.code = code;
    task.at = this.now;
    this.tasks.delete(task.pid);
    task.exited.wake();
  }
}

/** Waits for the end of a task. */
export function* waitFor(task: Task): Generator<Wait, number, void> {
  while (task.code === undefined) yield { on: task.exited };
  return task.code;
}
