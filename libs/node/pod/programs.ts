import type { corev1 } from '#api';
import { Memo } from '#apimachinery';
import { isExtendedResource } from '#component-helpers';
import type { InTurn } from '#controller-runtime';
import { commandsOf, shellsOf } from '../commands/image-commands.js';
import { findImage } from '../images/catalogue.js';
import type { ImageDefinition } from '../images/image.js';
import { LONGEST_ARGUMENTS } from '../images/limits.js';
import { http, type Program, serve } from '../images/program.js';
import { parseImage } from '../images/reference.js';
import { type Interpreted, type Invocation, programOf, withoutWrappers } from '../images/run.js';
import { Ahead } from '../processes/ahead.js';
import { STEPS_PER_TURN } from '../processes/limits.js';
import { withPodUser } from './linux-user.js';
import { rightsOf } from './rights.js';

/** Characters of commands that are read without a turn of their own, what each counts at least, and the steps that are taken of it. */
const READ_AT_A_STRETCH = 8 * 1024;
const SHORTEST_READ = 1024;
const STEPS_INLINE = 100;

const lengthOf = (words: readonly string[]): number => words.reduce((sum, word) => sum + word.length, 0);

/** What programs do depends only on the text of their container, so it is determined once for all pods, and not each time one is planned. */
const programs = new Memo<Program | Interpreted | undefined>({ bytes: 16 * 1024 * 1024, longest: 2 * LONGEST_ARGUMENTS });
/** Processes that are run ahead, until it is known what they do. */
const interpreted = new Memo<{ ahead?: Ahead; program?: Program }>({ bytes: 16 * 1024 * 1024, longest: 2 * LONGEST_ARGUMENTS });

/** A value of the environment that is not in the container's spec. */
const variablesOf = ({ env }: corev1.Container): Map<string, string> => new Map(env?.map(({ name, value = '' }) => [name, value]));

function knownOf(container: corev1.Container): Program | Interpreted | undefined {
  const { image = '', command, args } = container;
  const variables = variablesOf(container);
  // The content of an envFrom source is not read: any variable may be set.
  const anyVariable = (container.envFrom?.length ?? 0) > 0;
  const ports = container.ports?.map(({ containerPort, protocol }) => (protocol === 'UDP' || protocol === 'SCTP' ? 0 : containerPort));
  const security = container.securityContext && [container.securityContext, container.volumeMounts];
  return programs.of(JSON.stringify([image, command, args, anyVariable, [...variables], ports, security]), () => {
    const reference = parseImage(image);
    const found = reference && findImage(reference);
    const rights = found && rightsOf(container, found.definition);
    const given: Invocation = { command, args, has: (name) => anyVariable || variables.has(name), variables, rights };
    if (found?.definition.anyProgram && !isInterpreted(found.definition, container)) return serve((ports ?? []).map((port) => http(port)));
    return found && programOf(found.definition, given);
  });
}

/** Whether a container of an image whose programs are not known runs a shell or a common command. */
function isInterpreted(image: ImageDefinition, { image: name, command = [] }: corev1.Container): boolean {
  const [path = ''] = withoutWrappers(command);
  const word = path.slice(path.lastIndexOf('/') + 1);
  return shellsOf(image, name).includes(word) || Object.hasOwn(commandsOf(image, name), word);
}

/** Everything in a container's spec that what its processes do may depend on. */
export function textOf(container: corev1.Container): string {
  const { image, command, args, stdin, tty, env, envFrom, workingDir, volumeMounts, securityContext, lifecycle } = container;
  const { terminationMessagePath, terminationMessagePolicy, resources } = container;
  const mounts = volumeMounts?.map(({ mountPath }) => mountPath);
  const {
    readOnlyRootFilesystem: readOnly,
    runAsUser,
    runAsGroup,
    capabilities,
    privileged,
    allowPrivilegeEscalation,
  } = securityContext ?? {};
  const hook = lifecycle?.postStart?.exec?.command;
  const message = [terminationMessagePath, terminationMessagePolicy];
  return JSON.stringify([
    image,
    command,
    args,
    stdin,
    tty,
    env,
    envFrom?.length,
    workingDir,
    mounts,
    message,
    readOnly,
    hook,
    runAsUser,
    runAsGroup,
    resources?.limits?.['ephemeral-storage'],
    Object.keys(resources?.limits ?? {}).some(isExtendedResource),
    capabilities,
    privileged,
    allowPrivilegeEscalation,
    securityContext?.seccompProfile,
  ]);
}

/** A process whose program is not known yet, or its program. */
function interpretedOf(container: corev1.Container): { ahead?: Ahead; program?: Program } {
  const entry = interpreted.of(textOf(container), () => ({ ahead: new Ahead(container) }));
  return entry;
}

function settle(entry: { ahead?: Ahead; program?: Program }): Program | undefined {
  if (entry.ahead?.program) {
    entry.program = entry.ahead.program;
    delete entry.ahead;
  }
  return entry.program;
}

/** What runs in a container; undefined if its image does not exist. */
export function programOfContainer(container: corev1.Container): Program | undefined {
  const known = knownOf(container);
  if (known?.does !== 'interpret') return known;
  const entry = interpretedOf(container);
  entry.ahead?.work(STEPS_PER_TURN);
  // What takes longer is looked at for each pod.
  return settle(entry) ?? { ...serve([], { stopCode: 137 }), script: { byPod: true, traps: false } };
}

/**
 * Runs the processes of a pod ahead before it is planned, in turns of a few milliseconds each. Undefined if there is no need: for programs
 * that are not interpreted, and for what is known.
 */
export function readCommands(pod: corev1.Pod, inTurn: InTurn): Promise<void> | undefined {
  const { spec } = pod;
  const ephemeral = (spec?.ephemeralContainers ?? []) as corev1.Container[];
  let waiting: Array<{ ahead?: Ahead; program?: Program }> | undefined;
  let free = READ_AT_A_STRETCH;
  for (const list of [spec?.initContainers, spec?.containers, ephemeral]) {
    for (const written of list ?? []) {
      const container = withPodUser(pod, written);
      if (knownOf(container)?.does !== 'interpret') continue;
      const entry = interpretedOf(container);
      if (settle(entry) !== undefined) continue;
      const { command = [], args = [] } = container;
      free -= SHORTEST_READ + lengthOf(command) + lengthOf(args);
      if (free >= 0) entry.ahead?.work(STEPS_INLINE);
      if (settle(entry) !== undefined) continue;
      waiting ??= [];
      waiting.push(entry);
    }
  }
  return waiting && readAll(waiting, inTurn);
}

async function readAll(entries: ReadonlyArray<{ ahead?: Ahead; program?: Program }>, inTurn: InTurn): Promise<void> {
  for (const entry of entries) {
    while (entry.ahead && !(await inTurn(() => entry.ahead?.work(STEPS_PER_TURN) ?? true)));
    settle(entry);
  }
}
