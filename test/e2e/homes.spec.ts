import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, launch, startService } from '../service.js';

const made: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'orrery-homes-'));
  made.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** The launcher's message for a home that it cannot use; `within`: a command that prepares it. */
async function refusal(home: string, within: readonly string[] = []): Promise<string> {
  const { ended, said } = launch({ ORRERY_HOME: home, ORRERY_PORT: String(await freePort()) }, { within });
  expect(await ended).toBe(1);
  return said();
}
const line = (home: string, why: string): string =>
  `orrery: ORRERY_HOME=${home} can't be used: ${why}; set ORRERY_HOME to a folder elsewhere\n`;

describe('a home that cannot be used is rejected in one line', () => {
  test('a file', async () => {
    const home = path.join(newFolder(), 'file');
    writeFileSync(home, '');
    expect(await refusal(home)).toBe(line(home, 'it, or a part of its path, is a file'));
  });

  test('below a file', async () => {
    const file = path.join(newFolder(), 'file');
    writeFileSync(file, '');
    const home = path.join(file, 'home');
    expect(await refusal(home)).toBe(line(home, 'it, or a part of its path, is a file'));
  });

  test('on a file system that does not allow folders', async () => {
    expect(await refusal('/proc/orrery')).toBe(line('/proc/orrery', 'its file system does not do what is needed (mkdir: ENOENT)'));
  });

  test('a name that is too long', async () => {
    const home = path.join(newFolder(), 'x'.repeat(300));
    expect(await refusal(home)).toBe(line(home, 'its path is too long'));
  });
});

/** A command that runs the rest in a separate mount namespace, after `script`. */
const mounted = (script: string): string[] => ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', `${script}; exec "$0" "$@"`];
const canMount = spawnSync(mounted('true')[0] ?? '', [...mounted('mount -t tmpfs none /mnt').slice(1), 'true']).status === 0;

(canMount ? describe : describe.skip)('a file system that cannot take it', () => {
  test.each([
    ['read-only', 'ro,size=1m', 'its file system is read-only'],
    ['full', 'size=4k', 'its disk is full'],
    ['nearly full', 'size=64m', 'its disk is nearly full (64 MiB are free, 128 are needed)'],
  ])('%s', async (_, options, why) => {
    const place = newFolder();
    const home = path.join(place, 'home');
    const fill = options === 'size=4k' ? `; head -c 4096 /dev/zero > '${place}/filler' 2>/dev/null` : '';
    const said = await refusal(home, mounted(`mount -t tmpfs -o ${options} none '${place}'${fill}`));
    expect(said).toBe(line(home, why));
  });
});

(process.getuid?.() === 0 ? describe : describe.skip)('as root', () => {
  const stranger = 12_345;

  test("in another user's home, which PostgreSQL cannot enter", async () => {
    const theirs = newFolder();
    chownSync(theirs, stranger, stranger);
    chmodSync(theirs, 0o700);
    const said = await refusal(path.join(theirs, 'orrery'));
    expect(said).toBe(
      `orrery: PostgreSQL does not run as root and can't enter ${theirs} as another user: set ORRERY_HOME to a folder elsewhere, or DATABASE_URL\n`,
    );
  });

  test("on another user's data", async () => {
    const home = newFolder();
    const data = path.join(home, 'postgres');
    mkdirSync(data);
    chownSync(data, stranger, stranger);
    expect(await refusal(home)).toBe(
      `orrery: ${data} belongs to another user (uid ${stranger}): start Orrery as that user, or set ORRERY_HOME to another folder\n`,
    );
  });
});

test('as a user without write permission', async () => {
  const place = newFolder();
  chmodSync(place, 0o555);
  if (process.getuid?.() !== 0) {
    expect(await refusal(path.join(place, 'home'))).toBe(line(path.join(place, 'home'), 'this user may not write there'));
    return;
  }
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  // As that user, who may not be able to read this checkout either.
  if (spawnSync(asNobody[0] ?? '', [...asNobody.slice(1), 'test', '-r', path.resolve('scripts/start.mjs')]).status !== 0) return;
  expect(await refusal(path.join(place, 'home'), asNobody)).toBe(line(path.join(place, 'home'), 'this user may not write there'));
});

test('a home with blanks, quotes and commas in its name works', async () => {
  const home = path.join(newFolder(), 'my "own", $HOME\'s');
  const service = await startService({ home });
  expect(await service.request('/readyz')).toMatchObject({ status: 200, text: 'ok' });
  expect(service.said).toContain(`export KUBECONFIG='${home.replace("'", "'\\''")}/demo.kubeconfig'\n`);
  expect(readdirSync(path.join(home, 'logs')).sort()).toEqual(['api.log', 'worker.log']);
  await service.stop();
  expect(existsSync(home)).toBe(false);
});
