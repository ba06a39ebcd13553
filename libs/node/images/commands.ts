import type { Executable } from './image.js';
import { exit, http, serve, tcp } from './program.js';

/** Servers that images with a shell have: they are known by what they listen on. */

const KILLED = { stopCode: 137 };

/** `-p 8080`, `-p8080`, `--port=8080`, or a plain number. */
function portIn(args: readonly string[], fallback: number): number {
  const joined = args.join(' ');
  const match = /(?:-p\s*|--port[= ])(?:[\w.]*:)?(\d+)/.exec(joined) ?? /(?:^|\s)(\d{2,5})(?:\s|$)/.exec(joined);
  return match ? Number(match[1]) : fallback;
}

const httpd: Executable = ({ args }) => (args.includes('-f') ? serve([http(portIn(args, 80))], KILLED) : exit(0));
/** `python -m http.server`; other programs are not interpreted and go on. */
export const python: Executable = ({ args }) =>
  serve(args.join(' ').startsWith('-m http.server') ? [http(portIn(args.slice(2), 8000))] : []);
const endless: Executable = () => serve([], KILLED);

/** By name. */
export const servers: Readonly<Record<string, Executable>> = { httpd, python, python3: python, top: endless, watch: endless };

/** Whether the arguments of nc make it listen, and where. */
export const listens = (args: readonly string[]): boolean => args.some((arg) => /^-[a-z]*l/.test(arg));
export const netcat: Executable = ({ args }) => serve([tcp(portIn(args, 0))], KILLED);
