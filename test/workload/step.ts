import type { Json } from '../cluster-api.js';

/** What is done to a cluster from outside: a request to its API, a turn of its clock, a fault, or power switched at one of its machines. */
export type Step =
  | { method: string; path: string; body?: Json; type?: string }
  | { advance: string }
  | { inject: { type: 'stop' | 'pause' | 'cut'; component?: string; node?: string } }
  | { heal: 'oldest' }
  | { machine: string; running: boolean };

/** A cluster on a stepped clock to which steps are done, wherever it runs. */
export interface Target {
  /** The status of the answer. */
  request(method: string, path: string, body: Json, type: string): Promise<number>;
  advance(by: string): Promise<void>;
  inject(fault: object): Promise<void>;
  healOldest(): Promise<void>;
  power(machine: string, running: boolean): Promise<void>;
}

/** Does a step, and waits until all work that follows from it at this time is done. The status of the answer if it was a request. */
async function doStep(target: Target, step: Step): Promise<number> {
  let status = 0;
  if ('method' in step) status = await target.request(step.method, step.path, step.body, step.type ?? 'application/json');
  else if ('advance' in step) await target.advance(step.advance);
  else if ('inject' in step) await target.inject(step.inject);
  else if ('heal' in step) await target.healOldest();
  else await target.power(step.machine, step.running);
  await target.advance('0s');
  return status;
}

/** Does the steps in order, from when the cluster is quiet. The statuses of the answers. */
export async function doSteps(target: Target, steps: readonly Step[]): Promise<number[]> {
  await target.advance('0s');
  const statuses: number[] = [];
  for (const step of steps) statuses.push(await doStep(target, step));
  return statuses;
}

/** The paths of the requests that failed, with their statuses. */
export const refused = (steps: readonly Step[], statuses: readonly number[]): string[] =>
  steps.flatMap((step, at) => ('method' in step && (statuses[at] ?? 0) >= 300 ? [`${step.method} ${step.path}: ${statuses[at]}`] : []));

export const advance = (by: string): Step => ({ advance: by });
export const post = (path: string, body: Json): Step => ({ method: 'POST', path, body });
export const patch = (path: string, body: Json): Step => ({ method: 'PATCH', path, body, type: 'application/merge-patch+json' });
export const remove = (path: string, body?: Json): Step => ({ method: 'DELETE', path, body });
