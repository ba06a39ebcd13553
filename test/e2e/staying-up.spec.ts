import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, commandOf, freePort, isAlive, launch, type Service, startService, until } from '../service.js';

const apiPattern = /apps\/api\/main\.js/;
const postgresPattern = /bin\/postgres -D/;

const homes: string[] = [];
const newHome = (name = 'orrery-up-'): string => {
  const home = mkdtempSync(path.join(tmpdir(), name));
  homes.push(home);
  return home;
};
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

interface RunFile {
  launcher: { pid: number };
  children: Array<{ name: string; pid: number; url?: string }>;
  servers: Array<{ name: string; pid: number }>;
}
const runFile = (home: string): RunFile => JSON.parse(readFileSync(path.join(home, 'run.json'), 'utf8')) as RunFile;
const killed = (service: Service, pattern: RegExp): number => {
  const [pid] = service.pids(pattern);
  if (pid === undefined) throw new Error(`no process ${pattern}`);
  process.kill(pid, 'SIGKILL');
  return pid;
};
const ready = (service: Service): Promise<boolean> =>
  service.request('/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );
/** The launcher's output since it was ready, without pids and reasons. */
const saidSince = (service: Service): string[] =>
  service.said
    .slice(service.said.indexOf('Ready in'))
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map((line) => line.replace(/pid \d+/, 'pid N').replace(/can't start: .*\. Trying/, "can't start. Trying"));

describe('processes are kept running', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ env: { ORRERY_STALL_TIMEOUT: '2' } });
  });
  afterAll(() => service?.stop());

  test('the api is killed, then PostgreSQL while the api restarts: everything recovers, and run.json has the new addresses', async () => {
    const before = runFile(service.home);
    const api = killed(service, apiPattern);
    await sleep(300);
    const postgres = killed(service, postgresPattern);
    expect(await until(() => service.pids(apiPattern).some((pid) => pid !== api))).toBe(true);
    expect(await until(() => ready(service))).toBe(true);
    expect(isAlive(service.launcher.pid ?? -1)).toBe(true);
    await until(() => saidSince(service).some((line) => line === 'The api runs again (pid N).'));
    const said = saidSince(service);
    expect(said[0]).toBe('The api has ended (SIGKILL): restarting it …');
    expect(said).toEqual(expect.arrayContaining(['PostgreSQL has ended: restarting it …', 'PostgreSQL runs again (pid N).']));
    expect(said).toContain('The api runs again (pid N).');
    const pidOf = ({ children, servers }: RunFile, of: string) => [...children, ...servers].find(({ name }) => name === of)?.pid;
    expect([pidOf(before, 'api'), pidOf(before, 'postgres')]).toEqual([api, postgres]);
    const after = runFile(service.home);
    expect(pidOf(after, 'api')).toBe(service.pids(apiPattern)[0]);
    expect(commandOf(pidOf(after, 'postgres') ?? -1)).toMatch(postgresPattern);
    expect(pidOf(after, 'postgres')).not.toBe(postgres);
    const url = after.children.find(({ name }) => name === 'api')?.url;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  test('PostgreSQL is down for longer than the api waits: the api is restarted until it succeeds', async () => {
    const from = saidSince(service).length;
    const data = path.join(service.home, 'postgres');
    // Without this file PostgreSQL does not start.
    const control = path.join(data, 'global/pg_control');
    const kept = readFileSync(control);
    rmSync(control);
    killed(service, postgresPattern);
    killed(service, apiPattern);
    expect(await until(() => saidSince(service).slice(from).includes("The api can't start. Trying again …"))).toBe(true);
    writeFileSync(control, kept);
    expect(await until(() => ready(service))).toBe(true);
  });

  test('a process that does not answer its health check three times in a row is restarted', async () => {
    const from = saidSince(service).length;
    const [worker] = service.pids(/apps\/worker\/main\.js/);
    process.kill(worker ?? -1, 'SIGSTOP');
    expect(await until(() => saidSince(service).slice(from).includes('The worker runs again (pid N).'))).toBe(true);
    expect(saidSince(service).slice(from)).toEqual([
      'The worker did not answer its health check 3 times in a row: stopping it.',
      'The worker has ended (SIGKILL): restarting it …',
      'The worker runs again (pid N).',
    ]);
    expect(isAlive(worker ?? -1)).toBe(false);
  });

  test('a run.json that cannot be written ends nothing, and is written once it can be', async () => {
    // As on a full disk: there is no place for the draft of the file.
    const draft = path.join(service.home, `run.json.${service.launcher.pid}`);
    mkdirSync(draft);
    const before = killed(service, apiPattern);
    expect(await until(() => service.pids(apiPattern).some((pid) => pid !== before))).toBe(true);
    expect(await until(() => ready(service))).toBe(true);
    expect(isAlive(service.launcher.pid ?? -1)).toBe(true);
    const noted = () => runFile(service.home).children.find(({ name }) => name === 'api')?.pid;
    expect(noted()).toBe(before);
    rmdirSync(draft);
    expect(await until(() => noted() === service.pids(apiPattern)[0])).toBe(true);
  });
});

describe('shutdown', () => {
  test.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])('%s to `npm start` itself ends the launcher and all servers', async (signal) => {
    const home = newHome();
    const { launcher: npm, said, ended } = launch({ ORRERY_HOME: home, ORRERY_PORT: String(await freePort()) }, { npm: true });
    expect(await until(() => /^Ready in /m.test(said()))).toBe(true);
    const everyone = childrenOf(npm.pid ?? -1);
    expect(everyone.length).toBeGreaterThanOrEqual(5);
    npm.kill(signal);
    expect(await until(() => !everyone.some(isAlive))).toBe(true);
    await ended;
    expect(existsSync(path.join(home, 'run.json'))).toBe(false);
  });

  /** Sends SIGTERM to a launcher when `moment` has come, and checks that it ends in order, with all that it has started. */
  async function ended(moment: (home: string) => Promise<unknown>): Promise<void> {
    const home = newHome();
    const { launcher, ended, said } = launch({ ORRERY_HOME: home, ORRERY_PORT: String(await freePort()) });
    const seen = new Set<number>();
    const look = () => childrenOf(launcher.pid ?? -1).forEach((pid) => void seen.add(pid));
    const looking = setInterval(look, 5);
    await moment(home);
    clearInterval(looking);
    look();
    launcher.kill('SIGTERM');
    const code = await ended;
    // On a busy machine the signal may come before the launcher listens for it: then it has done nothing yet.
    const early = code === 'SIGTERM' && seen.size === 0 && said() === '';
    expect([early ? 0 : code, said()]).toEqual([0, expect.not.stringMatching(/orrery:|Error/)]);
    // Immediately: the launcher has waited for them.
    expect([...seen].filter(isAlive).map(commandOf)).toEqual([]);
    expect(readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(Number(pid)).includes(home))).toEqual([]);
  }

  test.each([100, 250, 400, 600, 900])('SIGTERM after %i ms leaves no process, and nothing but the home', (after) =>
    ended(() => sleep(after)),
  );

  test.each([0, 50, 100, 150])('nor does SIGTERM %i ms after PostgreSQL accepts connections', (after) =>
    ended(async (home) => {
      await until(
        () =>
          existsSync(path.join(home, 'postgres/postmaster.pid')) &&
          readFileSync(path.join(home, 'postgres/postmaster.pid'), 'utf8').includes('ready'),
      );
      await sleep(after);
    }),
  );
});

describe('leftovers of a start', () => {
  const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => /^orrery-[A-Za-z0-9]{6}$/.test(name));

  test('a home with a long name leaves no folder elsewhere, after a kill or a shutdown', async () => {
    const home = path.join(newHome(), 'x'.repeat(100));
    mkdirSync(home);
    const before = temporary();
    const first = await startService({ home, keep: true });
    expect(temporary().length).toBe(before.length + 1);
    const everyone = childrenOf(first.launcher.pid ?? -1);
    first.launcher.kill('SIGKILL');
    expect(await until(() => !everyone.some(isAlive))).toBe(true);
    const second = await startService({ home, keep: true });
    expect(temporary().length).toBe(before.length + 1);
    await second.stop();
    expect(temporary()).toEqual(before);
    await first.stop();
  });

  test('records of a killed launcher do no harm, even if their pids belong to other processes now', async () => {
    const home = newHome();
    const first = await startService({ home, keep: true });
    const lock = path.join(home, 'run/.s.PGSQL.5432.lock');
    const postmaster = readFileSync(path.join(home, 'postgres/postmaster.pid'), 'utf8');
    const socket = readFileSync(lock, 'utf8');
    await first.stop();
    // As after a reboot: the pids are those of unrelated processes.
    const other = (text: string) => text.replace(/^\d+/, String(process.pid));
    writeFileSync(path.join(home, 'postgres/postmaster.pid'), other(postmaster));
    writeFileSync(lock, other(socket));
    writeFileSync(path.join(home, 'redis/redis.pid'), String(process.pid));
    const former = { pid: process.pid, start: '1' };
    writeFileSync(path.join(home, 'run.json'), JSON.stringify({ launcher: former, children: [{ name: 'api', ...former }] }));
    await (await startService({ home, keep: true })).stop();
    writeFileSync(path.join(home, 'run.json'), '{"laun');
    await (await startService({ home, keep: true })).stop();
    expect(readdirSync(home).filter((name) => name.startsWith('run'))).toEqual(['run']);
  });
});
