import { bytesOf } from '../files/nodes.js';
import { runCommand, Shell, type ShellHost } from '../shell/interpreter.js';
import type { Body } from '../shell/kernel.js';
import { lookUp } from '../shell/look-up.js';
import { ShellState, type Streams } from '../shell/state.js';
import type { Container } from './container.js';
import { startError } from './exec.js';

/** A command that is started in a container without a terminal, as a probe or a hook; its error if it cannot be started. */
export function commandBody(
  { host, container }: { host: ShellHost; container: Container },
  argv: readonly string[],
  io: Streams,
): Body | string {
  const words = argv.map(bytesOf);
  const [name = ''] = words;
  const found = lookUp(host, name, container.workingDir);
  if ('error' in found) return startError(container, name, found.code);
  const env = new Map([...container.env].map(([key, value]) => [bytesOf(key), bytesOf(value)]));
  if ('command' in found) return runCommand(host, found.command, { argv: words, io, env, cwd: container.workingDir });
  const state = new ShellState();
  for (const [key, value] of env) state.set(key, value, true);
  state.cwd = container.workingDir;
  state.name = name;
  state.positional = words.slice(1);
  return new Shell(host, state).script(found.script, io);
}
