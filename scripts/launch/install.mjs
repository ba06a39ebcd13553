// Installs the packages when they are missing or the lock file has changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

const mtime = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;

function upToDate(root, stamp, digest) {
  const installed = mtime(path.join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined) return false;
  if (fs.existsSync(stamp)) return fs.readFileSync(stamp, 'utf8') === digest;
  return installed >= (mtime(path.join(root, 'package-lock.json')) ?? 0);
}

/**
 * Installs what package-lock.json pins, reporting every few seconds that it is still running. Not `npm ci`, which rejects a lock file
 * created where another system's optional binaries could not be looked up.
 */
async function npmInstall({ root, say, signal }) {
  const started = Date.now();
  const { npm_execpath: cli } = process.env;
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--include=optional'];
  const [command, ...first] = cli && /\.c?js$/.test(cli) ? [process.execPath, cli] : ['npm'];
  // npm replaces node_modules, which may include the Node running this script: the child gets another one.
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], signal });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const timer = setInterval(() => say(`  … still installing (${Math.round((Date.now() - started) / 1000)} s)`), 5000);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.on('exit', resolve);
  });
  clearInterval(timer);
  if (code === 0) return;
  const lines = output.split('\n').filter((line) => line.trim());
  throw new StartError(`npm install failed: ${lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`}`);
}

/**
 * Brings node_modules up to date with package-lock.json. Returns whether anything was installed. Throws StartError.
 * @param {{root: string, say: (line: string) => void, signal?: AbortSignal}} options
 */
export async function install({ root, say, signal }) {
  const stamp = path.join(root, 'node_modules/.cache/orrery/install.stamp');
  const digest = createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const fresh = upToDate(root, stamp, digest);
  if (!fresh) {
    say('Installing packages (a minute or so, once) …');
    await npmInstall({ root, say, signal });
  }
  if (!fs.existsSync(stamp) || !fresh) {
    fs.mkdirSync(path.dirname(stamp), { recursive: true });
    fs.writeFileSync(stamp, digest);
  }
  return !fresh;
}
