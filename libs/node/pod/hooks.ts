import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { portNumber } from './probes.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** Lifecycle hooks (kubelet/lifecycle/handlers.go). */

/** How a hook goes. */
export interface HookOutcome {
  /** Milliseconds. */
  took: number;
  /** Why it failed. */
  failure?: string;
}

/** Runs a hook of a running container; undefined: a process has to be looked at first. */
export function hookOutcome(
  sim: Simulation,
  slot: Slot,
  { exec, httpGet, sleep }: corev1.LifecycleHandler,
  { at, timeoutSeconds }: { at: Instant; timeoutSeconds: number },
): HookOutcome | undefined {
  const of = `for Container "${slot.container.name}" in Pod "${sim.podName}" failed - error:`;
  if (exec) {
    const { command: argv = [] } = exec;
    const result = sim.looked(sim.world.processes.run(sim.startOf(slot), { argv, timeoutSeconds, hook: true }, at));
    if (result === undefined) return undefined;
    const { ok, took = 0, output, code = 1 } = result;
    if (ok) return { took };
    const error = result.error ?? `command '${argv.join(' ')}' exited with ${code}: `;
    return { took, failure: `Exec lifecycle hook (${goSlice(argv)}) ${of} ${error}, message: ${JSON.stringify(output)}` };
  }
  if (sleep) return { took: (sleep.seconds ?? 0) * 1000 };
  if (httpGet) {
    const failure = refused(sim, slot, httpGet);
    return { took: 0, ...(failure === undefined ? {} : { failure: `HTTP lifecycle hook (${httpGet.path ?? ''}) ${of} ${failure}` }) };
  }
  return { took: 0, failure: 'Cannot run handler: invalid handler' };
}

const goSlice = (words: readonly string[]): string => `[${words.join(' ')}]`;

/** A hook succeeds with any answer, and fails if there is none. */
function refused(sim: Simulation, slot: Slot, { host, port: named, path = '', scheme = 'HTTP' }: corev1.HTTPGetAction): string | undefined {
  const port = portNumber(slot.container, named);
  if (typeof port === 'object') return port.error;
  const program = sim.program(slot);
  const isOwn = !host || host === sim.podIP;
  if (isOwn && program && program.does !== 'not-start' && program.ports.some((open) => open.port === port)) return undefined;
  const address = `${host || sim.podIP}:${port}`;
  const url = `${scheme.toLowerCase()}://${address}${path.startsWith('/') ? path : `/${path}`}`;
  return `Get "${url}": dial tcp ${address}: connect: connection refused`;
}
