import { commandsOf } from '../commands/image-commands.js';
import { FileSystem } from '../files/file-system.js';
import { directory } from '../files/nodes.js';
import { busybox } from '../images/busybox.js';
import { Shell } from './interpreter.js';
import { Kernel } from './kernel.js';
import type { Surroundings } from './process.js';
import { ShellState } from './state.js';
import { EMPTY_INPUT } from './streams.js';

const around: Surroundings = {
  hostname: 'box',
  podIP: '',
  time: (at) => at,
  uid: 0,
  gid: 0,
  groups: [],
  main: { argv: ['sh'], startedAt: 0 },
  memoryBytes: 1,
  cpus: 1,
  mounts: [],
  network: {
    resolve: async () => undefined,
    hasNameServer: async () => true,
    http: async () => ({ error: 'unknown-host', address: '' }),
    connect: async () => undefined,
  },
  executables: new Set(),
};

interface Ran {
  code: number | undefined;
  output: number;
  err: string;
  tasks: number;
  /** Bytes of all files. */
  files: number;
}

/** Runs a script for ten seconds of its clock, as fast as it goes, with a reader that takes everything. */
async function run(script: string): Promise<Ran> {
  const kernel = new Kernel(0);
  const files = new FileSystem(directory(0), { now: () => 0, limit: 1024 * 1024 });
  files.makeDirectory('/tmp');
  const commands = commandsOf(busybox);
  const shell = new Shell(
    { kernel, files, around, command: (name) => (Object.hasOwn(commands, name) ? commands[name] : undefined) },
    new ShellState(),
  );
  const ran: Ran = { code: undefined, output: 0, err: '', tasks: 0, files: 0 };
  const output = {
    put(data: string) {
      ran.output += data.length;
      return true;
    },
  };
  const errors = {
    put(data: string) {
      if (ran.err.length < 200) ran.err += data;
      return true;
    },
  };
  const task = kernel.spawn('sh', shell.script(script, { input: EMPTY_INPUT, output, errors }));
  await kernel.run(10_000, { pace: { pause: () => undefined }, steps: 100_000 });
  ran.code = task?.code;
  ran.tasks = kernel.tasks.size;
  const size = (path: string): number => {
    const node = files.stat(path);
    return node?.kind === 'dir'
      ? [...node.entries.keys()].reduce((sum, name) => sum + 1 + size(`${path}/${name}`), 0)
      : node?.kind === 'file'
        ? node.content.length
        : 0;
  };
  ran.files = size('/');
  return ran;
}

/** Each ends or goes on within its limits. */
const scripts: ReadonlyArray<[string, (ran: Ran) => unknown, unknown]> = [
  ['while :; do :; done', ({ code, tasks }) => [code, tasks], [undefined, 1]],
  ['f() { f; }; f', ({ code, err }) => [code, err], [2, 'sh: maximum function recursion depth exceeded\n']],
  ['f() { f | f & }; f', ({ tasks }) => tasks <= 256, true],
  ['x=$(yes)', ({ code }) => code, 137],
  ['x=a; while :; do x=$x$x; done', ({ code, err }) => [code, err], [2, 'sh: out of memory\n']],
  ['yes > /tmp/x', ({ err, files }) => [err, files <= 1024 * 1024], ['yes: No space left on device\n', true]],
  ['i=0; while :; do i=$((i+1)); touch /tmp/$i || exit 1; done', ({ code, files }) => [code, files < 5_000], [1, true]],
  ['cat /dev/zero | head -c 1', ({ code }) => code, 0],
  ['yes | sort', ({ code, err }) => [code, err], [1, 'sort: out of memory\n']],
  ['echo $((2**64)) $((1/0))', ({ code, err }) => [code, err], [2, 'sh: divide by zero\n']],
  [`echo ${'$('.repeat(200)}`, ({ code }) => code, 2],
  ['x=$(seq 1 20000); echo "${x%%*1*2*x}"', ({ code, err }) => [code, err], [0, '']],
  ['x=$(seq 1 40000); y=$(seq 1 1000); echo "${x#*$y*}"', ({ code, err }) => [code, err], [2, 'sh: out of memory\n']],
  ['x=$(seq 1 20000); case $x in *1*2*3*x*) echo;; esac', ({ code }) => code, 0],
  ['x=$(seq 1 20000); y=${x//*[0-9]*x/}', ({ code, err }) => [code, err], [2, 'sh: out of memory\n']],
  [
    'x=$(printf %200000s x); i=0; while :; do export "v$i=$x"; i=$((i+1)); done',
    ({ code, err }) => [code, err],
    [2, 'sh: out of memory\n'],
  ],
  ['i=0; while :; do eval "f$i() { :; }"; i=$((i+1)); done', ({ code, err }) => [code, err], [2, 'sh: out of memory\n']],
  [`x=$(printf %200000s x); set -- ${'"$x" '.repeat(1000)}`, ({ code, err }) => [code, err], [2, 'sh: argument list too long\n']],
  ['cat /dev/zero | read x', ({ code }) => code !== undefined, true],
  ['while :; do true & done', ({ code, tasks }) => [code === undefined || code === 2, tasks <= 256], [true, true]],
  [`printf '%s\n' $(seq 1 15000) | tail -n 1`, ({ code, output }) => [code, output], [0, 6]],
  [
    `seq 1 1000 | cut -c ${Array.from({ length: 20_000 }, (_, at) => at + 1).join(',')} | tail -n 1`,
    ({ code, output }) => [code, output],
    [0, 5],
  ],
  [`echo x | grep -E '${'(a|b)'.repeat(1000)}'`, ({ code, err }) => [code, err], [2, 'grep: regular expression too big\n']],
  ['while :; do echo x > /tmp/x; rm /tmp/x; done', ({ code, err }) => [code, err], [undefined, '']],
  ['echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! | grep -E "^(a+)+$"', ({ code }) => code, 1],
  ['rm -rf /', ({ code, err }) => [code, err], [1, "rm: can't remove '/': Device or resource busy\n"]],
];

test.each(scripts.map(([script, ...rest]) => [script.slice(0, 80), script, ...rest] as const))(
  '%s stays within its limits',
  async (_, script, seen, want) => {
    expect(seen(await run(script))).toEqual(want);
  },
  60_000,
);
