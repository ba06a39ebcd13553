import { sleepTime } from '../images/shell.js';
import { type Body } from '../shell/kernel.js';
import { Pattern } from '../shell/patterns.js';
import { type Command, CommandError, complain, type Process, pathIn, print, readFile } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { optionsOf } from './options.js';
import { compileRegex } from './regex.js';

/** Commands about the process, the machine and the time. */

const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const LONG_DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const LONG_MONTHS = 'January February March April May June July August September October November December'.split(' ');

const two = (value: number): string => String(value).padStart(2, '0');

/** One conversion of strftime(3), in UTC; undefined if there is no such conversion. */
function converted(letter: string, at: number): string | undefined {
  const date = new Date(at);
  switch (letter) {
    case 'Y':
      return String(date.getUTCFullYear());
    case 'y':
      return two(date.getUTCFullYear() % 100);
    case 'm':
      return two(date.getUTCMonth() + 1);
    case 'd':
      return two(date.getUTCDate());
    case 'e':
      return String(date.getUTCDate()).padStart(2);
    case 'H':
      return two(date.getUTCHours());
    case 'I':
      return two(date.getUTCHours() % 12 || 12);
    case 'M':
      return two(date.getUTCMinutes());
    case 'S':
      return two(date.getUTCSeconds());
    case 'N':
      return String(date.getUTCMilliseconds() * 1_000_000).padStart(9, '0');
    case 's':
      return String(Math.floor(at / 1000));
    case 'a':
      return DAYS[date.getUTCDay()];
    case 'A':
      return LONG_DAYS[date.getUTCDay()];
    case 'b':
    case 'h':
      return MONTHS[date.getUTCMonth()];
    case 'B':
      return LONG_MONTHS[date.getUTCMonth()];
    case 'p':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'Z':
      return 'UTC';
    case 'z':
      return '+0000';
    case 'u':
      return String(date.getUTCDay() || 7);
    case 'w':
      return String(date.getUTCDay());
    case 'j':
      return String(Math.floor((at - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, '0');
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    default:
      return Object.hasOwn(COMPOSED, letter) ? formatDate(COMPOSED[letter] ?? '', at) : undefined;
  }
}

const COMPOSED: Readonly<Record<string, string>> = { F: '%Y-%m-%d', T: '%H:%M:%S', R: '%H:%M', D: '%m/%d/%y', c: '%a %b %e %H:%M:%S %Y' };

/** strftime(3), in UTC. */
function formatDate(format: string, at: number): string {
  return format.replace(/%-?([A-Za-z%])/g, (whole, letter: string) => {
    const text = converted(letter, at);
    return text === undefined ? whole : whole[1] === '-' ? text.replace(/^[0 ](?=.)/, '') : text;
  });
}

const date: Command = function* (process) {
  const { operands, value, has } = optionsOf(process.argv, { flags: 'uRI', valued: 'drs', long: { utc: 'u', 'iso-8601': 'I', date: 'd' } });
  const given = value('d');
  let at = process.kernel.now;
  if (given !== undefined && given !== 'now') {
    const parsed = given.startsWith('@') ? Number(given.slice(1)) * 1000 : Date.parse(/[zZ]|UTC/.test(given) ? given : `${given} UTC`);
    if (Number.isNaN(parsed)) throw new CommandError(`invalid date '${given}'`);
    at = parsed;
  }
  const format = operands.find((word) => word.startsWith('+'))?.slice(1);
  const standard = has('R') ? '%a, %d %b %Y %H:%M:%S +0000' : has('I') ? '%Y-%m-%d' : '%a %b %e %H:%M:%S UTC %Y';
  yield* print(process, `${formatDate(format ?? standard, at)}\n`);
  return 0;
};

const sleep: Command = function* (process) {
  const time = sleepTime(process.argv.slice(1));
  if (time === undefined) throw new CommandError(process.argv.length < 2 ? 'missing operand' : `invalid number '${process.argv[1]}'`);
  const until = process.kernel.now + time;
  while (process.kernel.now < until) yield { until };
  return 0;
};

const names: Readonly<Record<number, string>> = { 0: 'root', 65534: 'nobody' };

const id: Command = function* (process) {
  const { has } = optionsOf(process.argv, { flags: 'ugnGr' });
  const { uid, gid, groups } = process.around;
  const named = (number: number): string => `${number}${names[number] ? `(${names[number]})` : ''}`;
  const one = (number: number): string => (has('n') ? (names[number] ?? String(number)) : String(number));
  if (has('u')) yield* print(process, `${one(uid)}\n`);
  else if (has('g')) yield* print(process, `${one(gid)}\n`);
  else if (has('G')) yield* print(process, `${groups.map(one).join(' ')}\n`);
  else yield* print(process, `uid=${named(uid)} gid=${named(gid)}${groups.length > 0 ? ` groups=${groups.map(named).join(',')}` : ''}\n`);
  return 0;
};

const whoami: Command = function* (process) {
  const name = names[process.around.uid];
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
  let variables = new Map(process.env);
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
  let code = 0;
  for (const name of wanted) {
    const value = process.env.get(name);
    if (value === undefined) code = 1;
    else yield* print(process, `${value}\n`);
  }
  return code;
};

const KERNEL = '6.12.57+deb13-amd64';

const uname: Command = function* (process) {
  const { has } = optionsOf(process.argv, { flags: 'asnrvmop' });
  const all = has('a');
  const parts: Array<[string, string]> = [
    ['s', 'Linux'],
    ['n', process.around.hostname],
    ['r', KERNEL],
    ['v', '#1 SMP PREEMPT_DYNAMIC Debian 6.12.57-1 (2025-11-05)'],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const shown = parts.filter(([letter]) => all || has(letter));
  yield* print(process, `${(shown.length > 0 ? shown : parts.slice(0, 1)).map(([, text]) => text).join(' ')}\n`);
  return 0;
};

const ps: Command = function* (process) {
  const user = names[process.around.uid] ?? String(process.around.uid);
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
    // Process 1 has no handler of its own for signals from inside: the kernel drops them.
    if (pid === 1) continue;
    if (task === undefined) code = yield* complain(process, `can't kill pid ${word}: No such process`);
    else if (signal !== 0) task.kill(128 + signal);
  }
  return code;
};

const mount: Command = function* (process) {
  const { mounts } = process.around;
  yield* print(
    process,
    [
      'overlay on / type overlay (rw,relatime)',
      'proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)',
      'tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)',
      ...mounts.map(
        ({ path, readOnly, kind }) => `${kind} on ${path} type ${kind === 'tmpfs' ? 'tmpfs' : 'ext4'} (${readOnly ? 'ro' : 'rw'},relatime)`,
      ),
    ]
      .map((line) => `${line}\n`)
      .join(''),
  );
  return 0;
};

const df: Command = function* (process) {
  const { mounts } = process.around;
  const human = process.argv.includes('-h');
  const row = (name: string, path: string): string =>
    `${name.padEnd(20)} ${human ? '    98.2G     12.4G     85.8G' : '102971392  13002342  89969050'}  13% ${path}\n`;
  const head = human
    ? 'Filesystem                Size      Used Available Use% Mounted on\n'
    : 'Filesystem           1K-blocks      Used Available Use% Mounted on\n';
  yield* print(process, head + row('overlay', '/') + mounts.map(({ path, kind }) => row(kind, path)).join(''));
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
  const task = process.kernel.spawn(words[1] ?? '', process.run(words.slice(1)));
  if (!task) throw new CommandError("can't fork: Resource temporarily unavailable");
  const until = process.kernel.now + time;
  while (task.code === undefined && process.kernel.now < until) yield { until, on: task.exited };
  if (task.code !== undefined) return task.code;
  task.kill(143);
  return 143;
};

class Test {
  private at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly process: Process,
    private readonly double: boolean,
  ) {}

  result(): boolean {
    if (this.words.length === 0) return false;
    const value = this.or();
    if (this.at < this.words.length) throw new CommandError(`${this.words[this.at]}: unknown operand`, 2);
    return value;
  }

  private or(): boolean {
    let value = this.and();
    while (this.words[this.at] === '-o' || (this.double && this.words[this.at] === '||')) {
      this.at += 1;
      const right = this.and();
      value = value || right;
    }
    return value;
  }

  private and(): boolean {
    let value = this.not();
    while (this.words[this.at] === '-a' || (this.double && this.words[this.at] === '&&')) {
      this.at += 1;
      const right = this.not();
      value = value && right;
    }
    return value;
  }

  private not(): boolean {
    let negated = false;
    while (this.words[this.at] === '!' && this.at + 1 < this.words.length) {
      negated = !negated;
      this.at += 1;
    }
    return this.primary() !== negated;
  }

  private primary(): boolean {
    const { words } = this;
    const word = words[this.at] ?? '';
    const operator = words[this.at + 1];
    if (operator !== undefined && words[this.at + 2] !== undefined && BINARY.has(operator)) {
      const right = words[this.at + 2] ?? '';
      this.at += 3;
      return this.binary(word, operator, right);
    }
    if (word === '(') {
      this.at += 1;
      const value = this.or();
      if (words[this.at] !== ')') throw new CommandError('missing )', 2);
      this.at += 1;
      return value;
    }
    if (/^-[a-zA-Z]$/.test(word) && operator !== undefined) {
      this.at += 2;
      return this.unary(word, operator);
    }
    this.at += 1;
    return word !== '';
  }

  private unary(operator: string, operand: string): boolean {
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t') return operand === '1' ? this.process.output.terminal === true : this.process.input.terminal === true;
    const node =
      operand === '' ? undefined : this.process.files.stat(pathIn(this.process, operand), operator === '-L' || operator === '-h');
    switch (operator) {
      case '-e':
      case '-r':
      case '-w':
        return node !== undefined;
      case '-f':
        return node?.kind === 'file';
      case '-d':
        return node?.kind === 'dir';
      case '-L':
      case '-h':
        return node?.kind === 'link';
      case '-s':
        return node !== undefined && (node.kind !== 'file' || node.content.length > 0);
      case '-x':
        return node?.kind === 'dir' || (node?.kind === 'file' && (node.mode & 0o111) !== 0);
      case '-S':
      case '-p':
      case '-b':
      case '-c':
        return false;
      default:
        throw new CommandError(`${operator}: unknown operand`, 2);
    }
  }

  private binary(left: string, operator: string, right: string): boolean {
    const number = (text: string): number => {
      if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new CommandError(`${text}: bad number`, 2);
      return Number(text);
    };
    switch (operator) {
      case '=':
      case '==':
        return this.double ? new Pattern(right).matches(left) : left === right;
      case '!=':
        return this.double ? !new Pattern(right).matches(left) : left !== right;
      case '=~':
        return compileRegex(right, { extended: true }).matcher(left).find();
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '-eq':
        return number(left) === number(right);
      case '-ne':
        return number(left) !== number(right);
      case '-lt':
        return number(left) < number(right);
      case '-le':
        return number(left) <= number(right);
      case '-gt':
        return number(left) > number(right);
      case '-ge':
        return number(left) >= number(right);
      default: {
        const at = (path: string): number => this.process.files.stat(pathIn(this.process, path))?.modified ?? 0;
        return operator === '-nt' ? at(left) > at(right) : at(left) < at(right);
      }
    }
  }
}

const BINARY = new Set(['=', '==', '!=', '=~', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot']);

const test: Command = (process) => {
  const [name = 'test', ...words] = process.argv;
  const closing = name === '[' ? ']' : name === '[[' ? ']]' : undefined;
  if (closing !== undefined && words.pop() !== closing) throw new CommandError(`missing ${closing}`, 2);
  return new Test(words, process, name === '[[').result() ? 0 : 1;
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
  yield* print(process, ` ${formatDate('%H:%M:%S', process.kernel.now)} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n`);
  return 0;
};

const dd: Command = function* (process) {
  const given = new Map(process.argv.slice(1).map((word) => word.split(/=(.*)/s) as [string, string]));
  const size = (text: string): number => Number.parseInt(text, 10) * ({ k: 1024, K: 1024, M: 1048576, G: 1073741824 }[text.slice(-1)] ?? 1);
  const count = Number(given.get('count') ?? 0);
  const block = size(given.get('bs') ?? '512');
  const source = given.get('if');
  const target = given.get('of');
  const bytes = count * block;
  if (source === '/dev/zero' || source === '/dev/urandom') {
    let left = bytes;
    if (target) process.files.write(pathIn(process, target), '');
    while (left > 0) {
      const piece = '\0'.repeat(Math.min(left, 65_536));
      if (target) process.files.write(pathIn(process, target), piece, { append: true });
      else yield* print(process, piece);
      left -= piece.length;
      yield undefined;
    }
  } else {
    const text = readFile(process, source ?? '');
    if (typeof text !== 'string') throw new CommandError(`can't open '${source}': ${text.message}`);
    const part = count > 0 ? text.slice(0, bytes) : text;
    if (target) process.files.write(pathIn(process, target), part);
    else yield* print(process, part);
  }
  yield* writeTo(process.errors, `${count}+0 records in\n${count}+0 records out\n`);
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
  true: () => 0,
  false: () => 1,
  *clear(process) {
    yield* print(process, '\x1b[H\x1b[J');
    return 0;
  },
};
