// run.json in the home: the running launcher, its processes and ports. A second launcher is rejected because of it, and the next one after
// a kill finds the leftover processes in it.
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

const fileOf = (home) => path.join(home, 'run.json');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Distinguishes a process from a later one with the same pid: its start time in clock ticks since boot (proc_pid_stat(5)). */
function startOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/** Whether the recorded process is alive, and its pid has not been reused. */
const alive = ({ pid, start }) => start !== undefined && startOf(pid) === start;

const noted = (pid) => ({ pid, start: startOf(pid) });

/** The record of a launcher; undefined if there is no file. An unreadable file counts as a record without processes. */
function read(home) {
  try {
    const { launcher, children } = JSON.parse(fs.readFileSync(fileOf(home), 'utf8'));
    return { launcher: launcher ?? {}, children: Array.isArray(children) ? children : [] };
  } catch (error) {
    return error.code === 'ENOENT' ? undefined : { launcher: {}, children: [] };
  }
}

/** They end by themselves when they lose their launcher; one that has not will not shut down normally, and may be killed at any time. */
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

/** Records this launcher as the home's, and stops what a killed one has left. Throws StartError if another one is running. */
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
        // If two launchers do this at once, one of them creates the file.
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
 * Records what is running.
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
