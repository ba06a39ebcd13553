// jest's globalTeardown: stops the servers of this run by their recorded pids, and removes their folder.
import fs from 'node:fs';
import path from 'node:path';

const signals = { postgres: 'SIGINT', redis: 'SIGTERM' };

function alive(pid) {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function end(pid, signal) {
  if (!alive(pid)) return;
  process.kill(pid, signal);
  for (let waited = 0; alive(pid) && waited < 5000; waited += 10) await new Promise((resolve) => setTimeout(resolve, 10));
  if (alive(pid)) process.kill(pid, 'SIGKILL');
}

export default async function tearDown() {
  const home = process.env.ORRERY_TEST_HOME;
  if (!home) return;
  const started = Object.entries(signals).map(([name, signal]) => ({ file: path.join(home, `${name}.json`), signal }));
  await Promise.all(
    started.filter(({ file }) => fs.existsSync(file)).map(({ file, signal }) => end(JSON.parse(fs.readFileSync(file, 'utf8')).pid, signal)),
  );
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}
