import { flagOf } from './flags.js';
import type { Executable } from './image.js';
import { exit, serve } from './program.js';

/** Programs that are not interpreted: they end where it is known how, and go on otherwise, because neither success nor failure may be claimed. */

const isVersion = (word: string): boolean => /^(-v|-V|--?version|version|--help|help)$/.test(word);

/** The client of a server: of the one in its own container, which answers, or of another one, of which nothing is known. */
export const client: Executable = ({ args }) => {
  const host = flagOf(args, '-h', '--host') ?? 'localhost';
  return args.some(isVersion) || /^(localhost|127\.0\.0\.1|::1)$/.test(host) ? exit(0) : serve([]);
};

/** An interpreter: a line of a program does its work and ends; without a program it reads the end of its input. */
export const interpreter: Executable = ({ args }) =>
  args.length === 0 || args.some((word) => isVersion(word) || /^-[a-zA-Z]*[ep]$/i.test(word)) ? exit(0) : serve([]);

/** A tool of which only the version is known. */
export const tool: Executable = ({ args }) => (args.length === 0 || args.some(isVersion) ? exit(0) : serve([]));
