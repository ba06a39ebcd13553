import type { corev1 } from '#api';
import { isExtendedResource } from '#component-helpers';
import { FileSystem } from '../files/file-system.js';
import { type DirectoryNode, directory, type FileNode, file } from '../files/nodes.js';
import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import { linuxUser } from '../pod/linux-user.js';
import { Container } from '../runtime/container.js';
import { expanded } from '../runtime/environment.js';
import { fileUser, mountProcessStatus, mountTerminationLog, processName } from '../runtime/file-user.js';
import { WRITABLE_BYTES } from '../runtime/limits.js';
import { MOUNT_TABLES } from '../runtime/mount.js';
import { rootDirectory } from '../runtime/root-files.js';
import { hasStorageLimits, StorageMeters } from '../runtime/storage-limits.js';
import type { Kernel } from '../shell/kernel.js';
import type { Network, Surroundings } from '../shell/process.js';
import { UNREAD } from '../shell/streams.js';

/**
 * A container without a pod: its image's files and the variables that its spec spells out. Whatever a process asks beyond that (its name,
 * address, volumes, the time, other objects) is noted, because the answer differs from pod to pod.
 */
export interface BareContainer {
  container: Container;
  around: Surroundings;
  /** To be called for every variable that is read. */
  onRead(name: string, isSet: boolean): void;
  /** Whether something was asked that only a pod can answer. */
  readonly asked: boolean;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function environment({ env = [] }: corev1.Container, image: Readonly<Record<string, string>>): Map<string, string> {
  const variables = new Map<string, string>([['PATH', PATH], ['HOSTNAME', ''], ...Object.entries(image)]);
  const own = new Map<string, string>();
  for (const { name, value = '' } of env) own.set(name, expanded(value, own));
  for (const [name, value] of own) variables.set(name, value);
  if (!variables.has('HOME')) variables.set('HOME', '/root');
  return variables;
}

/** Variables that a kubelet sets for each Service (NAME_SERVICE_HOST, NAME_PORT_80_TCP_ADDR), and drivers for their devices. */
const MADE = /_(SERVICE|PORT)(_|$)|^(GPU_DEVICE|DRA)_|^KUBERNETES_NODE_NAME$/;

/** Variables whose values a container's spec does not spell out. */
function isElsewhere({ env = [], envFrom = [] }: corev1.Container): (name: string, isSet: boolean) => boolean {
  const declared = new Map(env.map((variable) => [variable.name, variable]));
  const refersOn = (text: string): boolean => text.includes('$(');
  const given = new Set([...declared].flatMap(([name, { valueFrom, value = '' }]) => (valueFrom || refersOn(value) ? [name] : [])));
  return (name, isSet) => {
    if (given.has(name)) return true;
    if (declared.has(name)) return false;
    return name === 'HOSTNAME' || (!isSet && (envFrom.length > 0 || MADE.test(name)));
  };
}

const NOBODY: corev1.Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' }, spec: { containers: [] } };

const alone = (container: corev1.Container): corev1.Pod => ({ ...NOBODY, spec: { containers: [container] } });

/** Makes the container; undefined if its image does not exist. */
export function bareContainer(spec: corev1.Container, kernel: Kernel): BareContainer | undefined {
  const reference = parseImage(spec.image ?? '');
  const image = reference && findImage(reference)?.definition;
  if (!image) return undefined;
  // Which devices it gets differs from pod to pod.
  let asked = Object.keys(spec.resources?.limits ?? {}).some(isExtendedResource);
  const ask = (): void => {
    asked = true;
  };
  const root = rootDirectory({ pod: NOBODY, image, name: spec.image, now: 0 });
  const readOnlyRoot = spec.securityContext?.readOnlyRootFilesystem === true;
  const user = linuxUser(NOBODY, spec, image);
  const by = { user: fileUser(user, spec) };
  // Only a pod that stores more than it may is looked at by itself.
  const meter = hasStorageLimits(alone(spec)) ? new StorageMeters(alone(spec)) : undefined;
  const files = new FileSystem(root, {
    now: () => kernel.now,
    limit: WRITABLE_BYTES,
    readOnlyRoot,
    meter: meter?.ofContainer(spec.name),
    ...by,
  });
  if (user.uid) mountTerminationLog(files, spec, 0);
  mountProcessStatus(files, spec, { user, name: processName(spec, image), now: 0 });
  for (const { mountPath } of spec.volumeMounts ?? []) files.mount(mountPath, notedDirectory(ask));
  files.mount('/etc/hostname', notedFile(ask));
  for (const path of MOUNT_TABLES) files.mount(path, notedFile(ask));
  // Kernel parameters are those of the pod.
  files.mount('/proc/sys', notedDirectory(ask));
  const env = environment(spec, image.env?.(reference?.tag ?? '') ?? {});
  const container = new Container(spec, undefined, image, NOBODY, env, files);
  const elsewhere = isElsewhere(spec);
  for (const word of [...(spec.command ?? []), ...(spec.args ?? [])])
    for (const [, name = ''] of word.matchAll(/\$\(([^()]*)\)/g)) if (elsewhere(name, env.has(name))) asked = true;
  return {
    container,
    around: surroundings(container, ask),
    onRead: (name, isSet) => {
      if (!asked && elsewhere(name, isSet)) asked = true;
    },
    get asked() {
      return asked || meter?.overage !== undefined;
    },
  };
}

function notedDirectory(ask: () => void): DirectoryNode {
  const { entries, ...rest } = directory(0);
  return {
    ...rest,
    get entries() {
      ask();
      return entries;
    },
  };
}

function notedFile(ask: () => void): FileNode {
  return {
    ...file('', 0),
    get content() {
      ask();
      return '';
    },
    set content(_: string) {
      ask();
    },
  };
}

function surroundings(container: Container, ask: () => void): Surroundings {
  const noted = <T>(value: T): T => {
    ask();
    return value;
  };
  const never = <T>(): Promise<T> => noted(new Promise<T>(() => undefined));
  const network: Network = { resolve: never, hasNameServer: never, http: never, connect: never };
  return {
    get hostname() {
      return noted('');
    },
    get podIP() {
      return noted('');
    },
    time: (at, output) => (output === UNREAD ? at : noted(at)),
    get uid() {
      return noted(0);
    },
    get gid() {
      return noted(0);
    },
    get groups() {
      return noted([]);
    },
    main: { argv: container.argv, startedAt: 0 },
    get memoryBytes() {
      return noted(0);
    },
    get cpus() {
      return noted(1);
    },
    get mounts() {
      return noted([]);
    },
    network,
    executables: new Set(Object.keys(container.image.executables ?? {})),
  };
}
