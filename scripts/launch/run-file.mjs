// .orrery/run.json: which processes a launcher has started, so that the next one finds what a killed one left behind.
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

const fileOf = (home) => path.join(home, 'run.json');

/** Whether the process lives and is one of ours (its number may have been given to another since). */
function alive({ pid, mark }) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
  } catch {
    return true;
  }
}

function read(home) {
  try {
    return JSON.parse(fs.readFileSync(fileOf(home), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Throws StartError when another launcher runs in this home; ends what a killed one has left behind. */
export async function takeOver(home) {
  const previous = read(home);
  if (!previous) return;
  if (previous.launcher.pid !== process.pid && alive(previous.launcher)) {
    throw new StartError(
      `Orrery runs already in ${home} (pid ${previous.launcher.pid}); stop it, or set ORRERY_HOME and ORRERY_PORT for a second one`,
    );
  }
  // They end by themselves when they lose their launcher; what has not is beyond ending in peace, and may be ended at any instant.
  const deadline = Date.now() + 500;
  for (const child of previous.children) {
    while (alive(child) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
    if (alive(child)) process.kill(child.pid, 'SIGKILL');
  }
}

/** Writes down who runs. */
export function writeRunFile(home, children) {
  const launcher = { pid: process.pid, mark: 'start.mjs' };
  const file = fileOf(home);
  fs.writeFileSync(`${file}.new`, JSON.stringify({ launcher, children }), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

export function removeRunFile(home) {
  fs.rmSync(fileOf(home), { force: true });
}
