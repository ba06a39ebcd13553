import type { Executable } from './image.js';
import { exit, http, type Program, serve, tcp } from './program.js';
import { sleepTime } from './shell.js';

/** The small commands of shell images (busybox, coreutils and the like): only their duration and exit code are simulated. */

const KILLED = { stopCode: 137 };

const instant: Executable = () => exit(0);

function sleep({ args }: { args: readonly string[] }): Program {
  const time = sleepTime(args);
  if (time === undefined) return exit(1);
  // Process 1 without a handler ignores SIGTERM.
  return time === Number.POSITIVE_INFINITY ? serve([], KILLED) : { ...exit(0, time), stopCode: 137 };
}

/** `-p 8080`, `-p8080`, `--port=8080`, or a plain number. */
function portIn(args: readonly string[], fallback: number): number {
  const joined = args.join(' ');
  const match = /(?:-p\s*|--port[= ])(?:[\w.]*:)?(\d+)/.exec(joined) ?? /(?:^|\s)(\d{2,5})(?:\s|$)/.exec(joined);
  return match ? Number(match[1]) : fallback;
}

const follows = (args: readonly string[]): boolean => args.some((arg) => /^-[a-zA-Z]*[fF]/.test(arg) || arg === '--follow');

const test: Executable = ({ args }) => {
  const [first, operator, second] = args;
  if (operator === '=' || operator === '==') return exit(first === second ? 0 : 1);
  if (operator === '!=') return exit(first === second ? 1 : 0);
  return exit(0);
};

const ping: Executable = ({ args }) => {
  const count = /(?:^|\s)-c\s*(\d+)/.exec(args.join(' '));
  return count ? exit(0, (Number(count[1]) - 1) * 1000) : serve([], KILLED);
};

const INSTANT =
  'echo printf date env printenv hostname id ls cat pwd whoami uname touch rm mkdir rmdir chmod chown cp mv ln wget curl nslookup dig host expr seq grep egrep awk sed head sort uniq wc cut tr tee basename dirname find which type df du free ps mount umount ip ifconfig route netstat ss stat file test-connection base64 md5sum sha256sum openssl tar gzip gunzip unzip vi apt apt-get apk yum pip npm git read local eval kill killall mknod dd sync xargs readlink realpath nproc uptime clear sysctl getent traceroute telnet ssh timeout logger adduser useradd addgroup su passwd let shift return unset alias ulimit umask'.split(
    ' ',
  );

/** The commands by name. */
export const commands: Readonly<Record<string, Executable>> = {
  ...Object.fromEntries(INSTANT.map((name) => [name, instant])),
  sleep,
  true: instant,
  ':': instant,
  false: () => exit(1),
  test,
  '[': (call) => test({ ...call, args: call.args.filter((arg) => arg !== ']') }),
  '[[': (call) => test({ ...call, args: call.args.filter((arg) => arg !== ']]') }),
  ping,
  tail: ({ args }) => (follows(args) ? serve([], KILLED) : exit(0)),
  top: () => serve([], KILLED),
  watch: () => serve([], KILLED),
  yes: () => serve([], KILLED),
  wait: instant,
  nc: ({ args }) => (args.some((arg) => /^-[a-z]*l/.test(arg)) ? serve([tcp(portIn(args, 0))], KILLED) : exit(0)),
  netcat: ({ args }) => (args.some((arg) => /^-[a-z]*l/.test(arg)) ? serve([tcp(portIn(args, 0))], KILLED) : exit(0)),
  httpd: ({ args }) => (args.includes('-f') ? serve([http(portIn(args, 80))], KILLED) : exit(0)),
  python: ({ args }) => (args.join(' ').startsWith('-m http.server') ? serve([http(portIn(args.slice(2), 8000))]) : exit(0)),
  python3: ({ args }) => (args.join(' ').startsWith('-m http.server') ? serve([http(portIn(args.slice(2), 8000))]) : exit(0)),
};
