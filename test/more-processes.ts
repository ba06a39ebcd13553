import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { freePort, requesterOf, type Service, until } from './service.js';

const apiPattern = /apps\/api\/main\.js/;
export const workerPattern = /apps\/worker\/main\.js/;

/** An environment variable of the service's api. */
export function environmentOfApi(service: Service, name: string): string {
  const [pid] = service.pids(apiPattern);
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return variables.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** Processes in addition to those of the launcher. */
export class MoreProcesses {
  private readonly spawned: ChildProcess[] = [];

  constructor(private readonly service: Service) {}

  /** Another process like the launcher's, with the same environment except for the given variables. */
  another(pattern: RegExp, more: Record<string, string>): ChildProcess {
    const [first] = this.service.pids(pattern);
    const [node = '', ...rest] = readFileSync(`/proc/${first}/cmdline`, 'utf8').split('\0').filter(Boolean);
    const variables = readFileSync(`/proc/${first}/environ`, 'utf8').split('\0').filter(Boolean);
    const env = Object.fromEntries(variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    delete env.NODE_CHANNEL_FD;
    const child = spawn(node, rest, { env: { ...process.env, ...env, ...more }, stdio: 'ignore' });
    this.spawned.push(child);
    return child;
  }

  /** A second worker. */
  worker(): ChildProcess {
    return this.another(workerPattern, { WORKER_PORT: '0' });
  }

  /** The same service through its second api. A port that was free may have been taken when the api listens: it ends, and another one is tried. */
  async secondApi(): Promise<{ child: ChildProcess; service: Service }> {
    for (let tried = 0; tried < 3; tried += 1) {
      const port = await freePort();
      const child = this.another(apiPattern, { ORRERY_PORT: String(port), ORRERY_OPS_PORT: '0' });
      const origin = `https://127.0.0.1:${port}`;
      const request = requesterOf(origin, new https.Agent({ ca: this.service.ca, keepAlive: true }));
      const answers = async () =>
        (await request('/platform/v1/clusters', { token: this.service.adminToken }).catch(() => undefined))?.status === 200;
      await until(async () => child.exitCode !== null || (await answers()));
      if (child.exitCode === null) return { child, service: { ...this.service, origin, request } };
    }
    throw new Error('the second api does not answer');
  }

  kill(): void {
    for (const child of this.spawned) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}
