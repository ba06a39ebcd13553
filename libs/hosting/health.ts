/** A check of something that a process needs: resolves if it is healthy, throws with the reason otherwise. */
export type HealthCheck = () => Promise<void> | void;

/**
 * Checks of what a process requires, and of what it can do without for a while: a failure of the latter is shown but does not affect
 * readiness.
 */
export interface HealthChecks {
  readonly required: Readonly<Record<string, HealthCheck>>;
  readonly optional: Readonly<Record<string, HealthCheck>>;
}

/** The responses of /livez and /readyz, in the format of kube-apiserver's health endpoints (apiserver/pkg/server/healthz). */
export interface Health {
  /** Makes it not ready: the process is shutting down, and its load balancer should use another one. */
  drain(): void;
  ready(verbose: boolean): Promise<HealthAnswer>;
  live(verbose: boolean): HealthAnswer;
}

export interface HealthAnswer {
  status: 200 | 500;
  text: string;
}

type State = 'ok' | 'failed' | 'degraded';

/** Milliseconds. Kubernetes probes time out after a second, which optional checks must not use up. */
const requiredWithin = 2000;
const optionalWithin = 400;

/** Why the check fails; undefined if it succeeds. */
async function failureOf(check: HealthCheck, within: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('timed out'), within);
  });
  try {
    const ran = Promise.resolve(check());
    // It may still fail after the timeout, when it is no longer awaited.
    ran.catch(() => undefined);
    return await Promise.race([ran.then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

const lineOf: Readonly<Record<State, (name: string) => string>> = {
  ok: (name) => `[+]${name} ok`,
  failed: (name) => `[-]${name} failed: reason withheld`,
  degraded: (name) => `[+]${name} degraded: reason withheld`,
};

function answer(path: string, verbose: boolean, states: ReadonlyArray<readonly [string, State]>): HealthAnswer {
  const well = states.every(([, state]) => state !== 'failed');
  if (well && !verbose) return { status: 200, text: 'ok' };
  const body = states.map(([name, state]) => lineOf[state](name)).join('\n');
  return { status: well ? 200 : 500, text: `${body}\n${path} check ${well ? 'passed' : 'failed'}\n` };
}

/** Creates a process's health checks. `onFailure` gets the reasons, which are not in the responses. */
export function createHealth({ required, optional }: HealthChecks, onFailure: (name: string, reason: string) => void): Health {
  let draining = false;
  const ask = async (name: string, check: HealthCheck, failed: State): Promise<readonly [string, State]> => {
    const reason = await failureOf(check, failed === 'degraded' ? optionalWithin : requiredWithin);
    if (reason !== undefined) onFailure(name, reason);
    return [name, reason === undefined ? 'ok' : failed];
  };
  return {
    drain: () => {
      draining = true;
    },
    live: (verbose) => answer('livez', verbose, [['ping', 'ok']]),
    async ready(verbose) {
      const found = await Promise.all([
        ...Object.entries(required).map(([name, check]) => ask(name, check, 'failed')),
        ...Object.entries(optional).map(([name, check]) => ask(name, check, 'degraded')),
      ]);
      return answer('readyz', verbose, [['ping', 'ok'], ...found, ['shutdown', draining ? 'failed' : 'ok']]);
    },
  };
}
