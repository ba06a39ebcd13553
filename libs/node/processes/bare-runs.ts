import type { corev1 } from '#api';
import { Memo } from '#apimachinery';
import type { InTurn } from '#controller-runtime';
import { textOf } from '../pod/programs.js';
import type { CommandResult } from '../pod/world.js';
import { Ahead } from './ahead.js';
import { CommandRun, type GivenCommand } from './command-run.js';
import { KEPT_PROCESSES, MOST_STEPS_PER_LOOK, STEPS_PER_TURN } from './limits.js';

/**
 * Commands in containers that need no pod, at so many milliseconds after their start. Replicas whose probes run at the same times share the
 * results.
 */

/** The result, or that it differs from pod to pod. */
type Result = CommandResult | 'by-pod';

const results = new Memo<Result>({ bytes: 4 * 1024 * 1024, longest: 64 * 1024 });
/** By the container's text: processes at the time of their last command. */
const kept = new Map<string, Ahead>();

function processAt(text: string, spec: corev1.Container, elapsed: number): Ahead {
  const known = kept.get(text);
  kept.delete(text);
  const process = known && known.kernel.now <= elapsed ? known : new Ahead(spec);
  kept.set(text, process);
  for (const [oldest] of kept) if (kept.size > KEPT_PROCESSES) kept.delete(oldest);
  return process;
}

const keyOf = (text: string, command: GivenCommand, elapsed: number): string => JSON.stringify([elapsed, command, text]);

/** A result that is known. */
export function knownRun(spec: corev1.Container, command: GivenCommand, elapsed: number): Result | undefined {
  const key = keyOf(textOf(spec), command, elapsed);
  return results.has(key) ? results.of(key, () => 'by-pod') : undefined;
}

/** Runs a command in the process of a container without a pod, in steps of a few milliseconds. */
export function* bareRun(spec: corev1.Container, command: GivenCommand, elapsed: number): Generator<void, Result, void> {
  const text = textOf(spec);
  const key = keyOf(text, command, elapsed);
  const process = processAt(text, spec, elapsed);
  const result = yield* resultOf(process, command, elapsed);
  if (result === 'by-pod') kept.delete(text);
  return results.of(key, () => result);
}

function* resultOf({ kernel, host, bare }: Ahead, command: GivenCommand, elapsed: number): Generator<void, Result, void> {
  if (!host || !bare) return 'by-pod';
  for (let taken = 0; kernel.steps(elapsed, STEPS_PER_TURN) === 'more' && taken < MOST_STEPS_PER_LOOK; taken += STEPS_PER_TURN) yield;
  if (bare.asked) return 'by-pod';
  kernel.now = Math.max(kernel.now, elapsed);
  const run = new CommandRun({ kernel, host, container: bare.container }, command);
  for (let taken = 0; ; taken += STEPS_PER_TURN) {
    const stop = run.result(false) ?? kernel.steps(run.deadline, STEPS_PER_TURN);
    if (bare.asked) return 'by-pod';
    const result = typeof stop === 'object' ? stop : run.result(stop === 'done' || taken >= MOST_STEPS_PER_LOOK);
    if (result) return result;
    yield;
  }
}

/** Runs steps of a few milliseconds, each in a turn. */
export async function inTurns<T>(work: Generator<void, T, void>, inTurn: InTurn): Promise<T> {
  for (;;) {
    const { done, value } = await inTurn(() => work.next());
    if (done) return value;
  }
}
