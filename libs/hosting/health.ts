/** One thing a process needs to do its work: resolves when it is well, throws saying what is wrong. */
export type HealthCheck = () => Promise<void> | void;

/** What /livez and /readyz answer, in the wording of kube-apiserver's health endpoints (apiserver/pkg/server/healthz). */
export interface Health {
  add(name: string, check: HealthCheck): void;
  /** From now on not ready: the process is ending, its load balancer should look elsewhere. */
  drain(): void;
  ready(verbose: boolean): Promise<HealthAnswer>;
  live(verbose: boolean): HealthAnswer;
}

export interface HealthAnswer {
  status: 200 | 500;
  text: string;
}

const timeout = 2000;

async function outcome(check: HealthCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('timed out'), timeout);
  });
  try {
    return await Promise.race([Promise.resolve(check()).then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function answer(path: string, verbose: boolean, lines: ReadonlyArray<readonly [string, boolean]>): HealthAnswer {
  const well = lines.every(([, ok]) => ok);
  if (well && !verbose) return { status: 200, text: 'ok' };
  const body = lines.map(([name, ok]) => (ok ? `[+]${name} ok` : `[-]${name} failed: reason withheld`)).join('\n');
  return { status: well ? 200 : 500, text: `${body}\n${path} check ${well ? 'passed' : 'failed'}\n` };
}

/** Makes a process's health. `onFailure` gets the reasons, which are withheld from the answers. */
export function createHealth(onFailure: (name: string, reason: string) => void): Health {
  const checks = new Map<string, HealthCheck>();
  let draining = false;
  return {
    add: (name, check) => void checks.set(name, check),
    drain: () => {
      draining = true;
    },
    live: (verbose) => answer('livez', verbose, [['ping', true]]),
    async ready(verbose) {
      const found = await Promise.all([...checks].map(async ([name, check]) => [name, await outcome(check)] as const));
      for (const [name, reason] of found) if (reason !== undefined) onFailure(name, reason);
      const lines = found.map(([name, reason]) => [name, reason === undefined] as const);
      return answer('readyz', verbose, [['ping', true], ...lines, ['shutdown', !draining]]);
    },
  };
}
