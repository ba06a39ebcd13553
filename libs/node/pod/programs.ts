import type { corev1 } from '#api';
import { Memo } from '#apimachinery';
import type { InTurn } from '#controller-runtime';
import { findImage } from '../images/catalogue.js';
import { LONGEST_ARGUMENTS } from '../images/limits.js';
import type { Program } from '../images/program.js';
import { parseImage } from '../images/reference.js';
import { type Invocation, programOf } from '../images/run.js';

/** Characters of commands that are parsed in one turn: a few milliseconds. A longer command is parsed in one turn too. */
const READ_AT_A_STRETCH = 8 * 1024;

/** What a command does depends only on its text, so it is parsed once for all pods, and not each time a pod is planned. */
const programs = new Memo<Program | undefined>({ bytes: 16 * 1024 * 1024, longest: 2 * LONGEST_ARGUMENTS });

interface Command {
  /** The text from which the program is determined. */
  key: string;
  read(): Program | undefined;
}

function command(
  image: string,
  { variables, ...given }: Omit<Invocation, 'has'> & { has?: (name: string) => boolean },
  anyVariable: boolean,
): Command {
  const { command, args, interactive } = given;
  return {
    key: JSON.stringify([image, command, args, interactive, anyVariable, [...(variables ?? [])]]),
    read() {
      const reference = parseImage(image);
      const found = reference && findImage(reference);
      if (!found) return undefined;
      const has = (name: string): boolean => anyVariable || variables?.has(name) === true;
      return programOf(found.definition, { command, args, interactive, has, ...(variables && { variables }) });
    },
  };
}

function commandOf(container: corev1.Container): Command {
  const variables = new Map(container.env?.map(({ name, value = '' }) => [name, value]));
  const interactive = container.stdin === true || container.tty === true;
  // The content of an envFrom source is not read: any variable may be set.
  const anyVariable = (container.envFrom?.length ?? 0) > 0;
  return command(container.image ?? '', { command: container.command, args: container.args, interactive, variables }, anyVariable);
}

const commandOfProbe = ({ image = '' }: corev1.Container, action: corev1.ExecAction): Command =>
  command(image, { command: action.command ?? [], interactive: false }, true);

const programFor = ({ key, read }: Command): Program | undefined => programs.of(key, read);

/** What runs in a container; undefined if its image does not exist. */
export const programOfContainer = (container: corev1.Container): Program | undefined => programFor(commandOf(container));

/** What a probe's command does; undefined if the container's image does not exist. */
export const programOfProbe = (container: corev1.Container, action: corev1.ExecAction): Program | undefined =>
  programFor(commandOfProbe(container, action));

function commandsOf({ spec }: corev1.Pod): Array<{ length: number; command(): Command }> {
  const containers = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...((spec?.ephemeralContainers ?? []) as corev1.Container[]),
  ];
  return containers.flatMap((container) => {
    const { command = [], args = [], startupProbe, livenessProbe, readinessProbe } = container;
    const probes = [startupProbe, livenessProbe, readinessProbe].flatMap((probe) => probe?.exec ?? []);
    return [
      { length: lengthOf(command) + lengthOf(args), command: () => commandOf(container) },
      ...probes.map((action) => ({ length: lengthOf(action.command ?? []), command: () => commandOfProbe(container, action) })),
    ];
  });
}

const lengthOf = (words: readonly string[]): number => words.reduce((sum, word) => sum + word.length, 0);

/**
 * Parses the commands of a pod before it is planned, long ones each in a turn of its own: parsing a script costs time in proportion to its
 * length, and a pod may have many. Undefined if there is no need.
 */
export function readCommands(pod: corev1.Pod, inTurn: InTurn): Promise<void> | undefined {
  const commands = commandsOf(pod);
  return commands.reduce((sum, { length }) => sum + length, 0) <= READ_AT_A_STRETCH ? undefined : readLong(commands, inTurn);
}

async function readLong(commands: ReturnType<typeof commandsOf>, inTurn: InTurn): Promise<void> {
  let waiting: Command[] = [];
  let waitingLength = 0;
  const read = async () => {
    const together = waiting;
    [waiting, waitingLength] = [[], 0];
    if (together.length > 0) await inTurn(() => together.forEach(programFor));
  };
  for (const { length, command } of commands) {
    const made = command();
    if (programs.has(made.key)) continue;
    if (waitingLength + length > READ_AT_A_STRETCH) await read();
    waiting.push(made);
    waitingLength += length;
  }
  await read();
}
