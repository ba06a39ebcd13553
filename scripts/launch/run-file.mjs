// run.json in the home: the launcher that runs there, its processes and ports. A second launcher is refused by it, and the one after
// a launcher that was killed finds in it what was left behind.
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

const fileOf = (home) => path.join(home, 'run.json');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What tells a process from a later one of the same number: when it was started, in clock ticks since the boot (proc_pid_stat(5)). */
function startOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/** Whether it is that process which lives, and not another that was given its number. */
const alive = ({ pid, start }) => start !== undefined && startOf(pid) === start;

const noted = (pid) => ({ pid, start: startOf(pid) });

/** What a launcher has noted; undefined where there is no file. One that cannot be read names nobody. */
function read(home) {
  try {
    const { launcher, children } = JSON.parse(fs.readFileSync(fileOf(home), 'utf8'));
    return { launcher: launcher ?? {}, children: Array.isArray(children) ? children : [] };
  } catch (error) {
    return error.code === 'ENOENT' ? undefined : { launcher: {}, children: [] };
  }
}

/** They end by themselves when they lose their launcher; one that has not done so will not end in peace, and may be ended at any instant. */
async function endLeftovers(children) {
  const within = async (ms) => {
    for (const until = performance.now() + ms; children.some(alive) && performance.now() < until; ) await sleep(20);
  };
  await within(1_000);
  for (const child of children.filter(alive)) process.kill(child.pid, 'SIGKILL');
  await within(5_000);
}

function write(home, content) {
  const draft = `${fileOf(home)}.${process.pid}`;
  fs.writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  return draft;
}

/** Makes this launcher the home's, and ends what a killed one has left there. Throws StartError when another runs in it. */
export async function claimHome(home) {
  const draft = write(home, { launcher: noted(process.pid), children: [] });
  try {
    for (;;) {
      const previous = read(home);
      if (previous && alive(previous.launcher)) {
        throw new StartError(
          `Orrery is already running in ${home} (pid ${previous.launcher.pid}); stop it, or set ORRERY_HOME and ORRERY_PORT for a second one`,
        );
      }
      if (previous) {
        await endLeftovers(previous.children);
        fs.rmSync(fileOf(home), { force: true });
      }
      try {
        // Of two launchers that are here at once, one makes the file.
        fs.linkSync(draft, fileOf(home));
        return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * Writes down what runs.
 * @param {string} home
 * @param {{name: string, pid: number, url?: string}[]} children the service's processes, with the address for operators
 * @param {{name: string, pid: number}[]} servers the embedded ones; they end with their launcher, and are found by their own files
 */
export function writeRunFile(home, children, servers) {
  const entry = ({ name, pid, url }) => ({ name, ...noted(pid), url });
  const draft = write(home, { launcher: noted(process.pid), children: children.map(entry), servers: servers.map(entry) });
  fs.renameSync(draft, fileOf(home));
}

export function removeRunFile(home) {
  fs.rmSync(fileOf(home), { force: true });
}
