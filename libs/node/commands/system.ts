import { KERNEL_VERSION } from '../machine-system.js';
import { type Body } from '../shell/kernel.js';
import { type Command, CommandError, complain, print } from '../shell/process.js';
import { groupNames, userNames } from './account-names.js';
import { test } from './conditions.js';
import { date, formatDate } from './date.js';
import { optionsOf } from './options.js';
import { compileRegex } from './regex.js';
import { dd, fallocate, truncate } from './sizes.js';
import { sleepTime } from './sleep-time.js';

/** Commands about the process, the machine and the time. */

const sleep: Command = function* (process) {
  const time = sleepTime(process.argv.slice(1));
  if (time === undefined) throw new CommandError(process.argv.length < 2 ? 'missing operand' : `invalid number '${process.argv[1]}'`);
  const until = process.kernel.now + time;
  while (process.kernel.now < until) yield { until };
  return 0;
};

const id: Command = function* (process) {
  const { has } = optionsOf(process.argv, { flags: 'ugnGr' });
  const { uid, gid, groups } = process.around;
  const [users, names] = [userNames(process.files), groupNames(process.files)];
  const named = (number: number, name = names.get(number)): string => `${number}${name === undefined ? '' : `(${name})`}`;
  const one = (number: number, name = names.get(number)): string => (has('n') && name !== undefined ? name : String(number));
  // The kernel keeps them sorted.
  const sorted = [...groups].sort((a, b) => a - b);
  if (has('u')) yield* print(process, `${one(uid, users.get(uid))}\n`);
  else if (has('g')) yield* print(process, `${one(gid)}\n`);
  else if (has('G')) yield* print(process, `${sorted.map((group) => one(group)).join(' ')}\n`);
  else {
    const all = sorted.length > 0 ? ` groups=${sorted.map((group) => named(group)).join(',')}` : '';
    yield* print(process, `uid=${named(uid, users.get(uid))} gid=${named(gid)}${all}\n`);
  }
  return 0;
};

const whoami: Command = function* (process) {
  const name = userNames(process.files).get(process.around.uid);
  if (name === undefined) throw new CommandError(`unknown uid ${process.around.uid}`);
  yield* print(process, `${name}\n`);
  return 0;
};

const hostname: Command = function* (process) {
  const { hostname: name, podIP } = process.around;
  yield* print(process, `${process.argv.includes('-i') || process.argv.includes('-I') ? podIP : name}\n`);
  return 0;
};

const env: Command = function* (process) {
  const words = process.argv.slice(1);
  const { env: given } = process;
  let variables = new Map(given);
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-i' || word === '-') variables = new Map();
    else if (word === '-u') variables.delete(words[++at] ?? '');
    else if (/^[A-Za-z_]\w*=/.test(word)) variables.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1));
    else break;
  }
  if (at < words.length) return yield* process.run(words.slice(at), { env: variables });
  yield* print(process, [...variables].map(([name, value]) => `${name}=${value}\n`).join(''));
  return 0;
};

const printenv: Command = function* (process) {
  const wanted = process.argv.slice(1);
  if (wanted.length === 0) return yield* env({ ...process, argv: ['env'] }) as Body;
  const { env: set } = process;
  let code = 0;
  for (const name of wanted) {
    const value = set.get(name);
    if (value === undefined) code = 1;
    else yield* print(process, `${value}\n`);
  }
  return code;
};

const uname: Command = function* (process) {
  const { has } = optionsOf(process.argv, { flags: 'asnrvmop' });
  const all = has('a');
  const parts: Array<[string, string]> = [
    ['s', 'Linux'],
    ['n', process.around.hostname],
    ['r', KERNEL_VERSION],
    ['v', '#1 SMP PREEMPT_DYNAMIC Debian 6.12.57-1 (2025-11-05)'],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const shown = parts.filter(([letter]) => all || has(letter));
  yield* print(process, `${(shown.length > 0 ? shown : parts.slice(0, 1)).map(([, text]) => text).join(' ')}\n`);
  return 0;
};

const ps: Command = function* (process) {
  const user = userNames(process.files).get(process.around.uid) ?? String(process.around.uid);
  const { main } = process.around;
  const tasks = [...process.kernel.tasks.values()].filter(({ pid }) => pid !== 1);
  const rows = [{ pid: 1, command: main.argv.join(' ') }, ...tasks.map(({ pid, name }) => ({ pid, command: name }))];
  yield* print(
    process,
    `PID   USER     TIME  COMMAND\n${rows.map(({ pid, command }) => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`).join('')}`,
  );
  return 0;
};

const SIGNALS: Readonly<Record<string, number>> = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, USR1: 10, USR2: 12, TERM: 15, CONT: 18, STOP: 19 };

const nameOf = (signal: number): string => Object.keys(SIGNALS).find((name) => SIGNALS[name] === signal) ?? '';

const kill: Command = function* (process) {
  let signal = 15;
  let code = 0;
  const words = process.argv.slice(1);
  if (words[0] === '-l') {
    yield* print(
      process,
      `${Object.entries(SIGNALS)
        .map(([name, number]) => `${number}) ${name}`)
        .join('\n')}\n`,
    );
    return 0;
  }
  if (words[0]?.startsWith('-')) {
    const given = (words[0] === '-s' ? (words.splice(1, 1)[0] ?? '') : words[0].slice(1)).replace(/^SIG/, '');
    signal = /^\d+$/.test(given) ? Number(given) : (SIGNALS[given] ?? -1);
    if (signal < 0) throw new CommandError(`bad signal name '${given}'`);
    words.shift();
  }
  for (const word of words) {
    const pid = Number(word);
    const task = process.kernel.tasks.get(pid);
    if (task?.onSignal?.(nameOf(signal))) continue;
    // What process 1 does not handle, the kernel drops, even SIGKILL from inside.
    if (pid === 1) continue;
    if (task === undefined) code = yield* complain(process, `can't kill pid ${word}: No such process`);
    else if (signal !== 0) task.kill(128 + signal);
  }
  return code;
};

const mount: Command = function* (process) {
  const lines = process.around.mounts.map(
    ({ device, path, type, options }) => `${device} on ${path} type ${type} (${options.join(',')})\n`,
  );
  yield* print(process, lines.join(''));
  return 0;
};

const df: Command = function* (process) {
  const shown = process.around.mounts.filter(({ path }) => path !== '/proc' && path !== '/dev');
  const human = process.argv.includes('-h');
  const row = (name: string, path: string): string =>
    `${name.padEnd(20)} ${human ? '    98.2G     12.4G     85.8G' : '102971392  13002342  89969050'}  13% ${path}\n`;
  const head = human
    ? 'Filesystem                Size      Used Available Use% Mounted on\n'
    : 'Filesystem           1K-blocks      Used Available Use% Mounted on\n';
  yield* print(process, head + shown.map(({ device, path }) => row(device, path)).join(''));
  return 0;
};

const free: Command = function* (process) {
  const total = Math.floor(process.around.memoryBytes / (process.argv.includes('-m') ? 1024 * 1024 : 1024));
  const used = Math.floor(total * 0.15);
  const cells = (...values: Array<string | number>): string => values.map((value) => String(value).padStart(12)).join('');
  yield* print(
    process,
    `      ${cells('total', 'used', 'free', 'shared', 'buff/cache', 'available')}\nMem:  ${cells(total, used, total - 2 * used, 0, used, total - used)}\nSwap: ${cells(0, 0, 0)}\n`,
  );
  return 0;
};

const nproc: Command = function* (process) {
  yield* print(process, `${process.around.cpus}\n`);
  return 0;
};

const which: Command = function* (process) {
  let code = 0;
  for (const name of process.argv.slice(1)) {
    const path = ['/usr/local/bin', '/usr/bin', '/bin']
      .map((directory) => `${directory}/${name}`)
      .find((one) => process.files.stat(one) !== undefined);
    if (path === undefined) code = 1;
    else yield* print(process, `${path}\n`);
  }
  return code;
};

const timeout: Command = function* (process) {
  const words = process.argv.slice(1);
  while (words[0]?.startsWith('-')) words.splice(0, /^-[sk]$/.test(words[0]) ? 2 : 1);
  const time = sleepTime(words.slice(0, 1));
  if (time === undefined) throw new CommandError(`invalid number '${words[0] ?? ''}'`);
  const task = process.kernel.room > 0 ? process.kernel.spawn(words[1] ?? '', process.run(words.slice(1))) : undefined;
  if (!task) throw new CommandError("can't fork: Resource temporarily unavailable");
  const until = process.kernel.now + time;
  while (task.code === undefined && process.kernel.now < until) yield { until, on: task.exited };
  if (task.code !== undefined) return task.code;
  task.kill(143);
  return 143;
};

const expr: Command = function* (process) {
  const { argv } = process;
  const [, left = '', operator, right = ''] = argv;
  const numbers = [left, right].map(Number);
  const [a = 0, b = 0] = numbers;
  const results: Record<string, () => string> = {
    '+': () => String(a + b),
    '-': () => String(a - b),
    '*': () => String(a * b),
    '/': () => String(Math.trunc(a / b)),
    '%': () => String(a % b),
    '=': () => String(Number(left === right)),
    '!=': () => String(Number(left !== right)),
    '<': () => String(Number(a < b)),
    '>': () => String(Number(a > b)),
    '<=': () => String(Number(a <= b)),
    '>=': () => String(Number(a >= b)),
    ':': () => {
      const matcher = compileRegex(right, { extended: false }).matcher(left);
      const found = matcher.lookingAt();
      return matcher.groupCount() > 0 ? (found ? (matcher.group(1) ?? '') : '') : String(found ? matcher.end() : 0);
    },
  };
  const result =
    operator === undefined
      ? left
      : left === 'length'
        ? String(operator.length)
        : Object.hasOwn(results, operator)
          ? results[operator]?.()
          : undefined;
  if (result === undefined || ('+-*/%'.includes(operator ?? ' ') && numbers.some(Number.isNaN))) throw new CommandError('syntax error', 2);
  yield* print(process, `${result}\n`);
  return result === '0' || result === '' ? 1 : 0;
};

const uptime: Command = function* (process) {
  const minutes = Math.floor((process.kernel.now - process.around.main.startedAt) / 60_000);
  yield* print(
    process,
    ` ${formatDate('%H:%M:%S', process.around.time(process.kernel.now))} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n`,
  );
  return 0;
};

/** Commands about the system by name. */
export const systemCommands: Readonly<Record<string, Command>> = {
  date,
  sleep,
  id,
  whoami,
  hostname,
  env,
  printenv,
  uname,
  ps,
  kill,
  mount,
  df,
  free,
  nproc,
  which,
  timeout,
  test,
  '[': test,
  '[[': test,
  expr,
  uptime,
  dd,
  fallocate,
  truncate,
  true: () => 0,
  false: () => 1,
  *clear(process) {
    yield* print(process, '\x1b[H\x1b[J');
    return 0;
  },
};
