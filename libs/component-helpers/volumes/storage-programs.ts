import type { corev1 } from '#api';

/** What a program in a pod does about volumes. `register`: it makes its CSI driver known to the node's kubelet. */
export type StorageTask = 'provision' | 'attach' | 'resize' | 'register' | 'publish-capacity';

/** The flags of the simulated CSI driver (csi-driver-host-path, cmd/hostpathplugin). */
export interface DriverFlags {
  /** How many of its volumes a node may have; unset: any number. */
  attachLimit?: number;
  /** Whether it attaches volumes to nodes itself. */
  attaches: boolean;
  /** Whether its volumes can be used on its own node alone. */
  topology: boolean;
  expandsInController: boolean;
  expandsOnNode: boolean;
  modifies: boolean;
  /** The parameters that can be modified; unset: all. */
  mutableParameters?: ReadonlySet<string>;
  /** In bytes. */
  largestVolume: number;
  /** The size of its storage, a quantity, by the `kind` parameter of classes. */
  capacities: ReadonlyMap<string, string>;
}

/** A program of storage that runs in a pod. */
export interface StorageProgram {
  /** The provisioner or driver, as classes and volumes name it. */
  readonly name: string;
  readonly tasks: ReadonlySet<StorageTask>;
  /** Set for a CSI driver. */
  readonly driver?: DriverFlags;
  /** Its copy on each node works for that node alone (--node-deployment). */
  readonly perNode: boolean;
}

/** The label of nodes by which the simulated CSI driver tells where its volumes are. */
export const DRIVER_TOPOLOGY_KEY = 'topology.hostpath.csi/node';

const PROVISIONERS: Readonly<Record<string, string>> = {
  'rancher/local-path-provisioner': 'rancher.io/local-path',
  'kindest/local-path-provisioner': 'rancher.io/local-path',
  'k8s-minikube/storage-provisioner': 'k8s.io/minikube-hostpath',
};
const DRIVER = 'sig-storage/hostpathplugin';
const SIDECARS: Readonly<Record<string, StorageTask>> = {
  'sig-storage/csi-provisioner': 'provision',
  'sig-storage/csi-attacher': 'attach',
  'sig-storage/csi-resizer': 'resize',
  'sig-storage/csi-node-driver-registrar': 'register',
};
const TEBI = 2 ** 40;
/** What a driver may be called (CSI's GetPluginInfo); one of another name does not come up. */
const DRIVER_NAME = /^[a-zA-Z0-9](?:[-.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

/** `rancher/local-path-provisioner` of `docker.io/rancher/local-path-provisioner:v0.0.31`. */
function repositoryOf(image: string): string {
  const parts = (image.split('@', 1)[0] ?? '').split('/');
  return parts
    .slice(-2)
    .join('/')
    .replace(/:[^/:]*$/, '');
}

/** The flags of a command line, as Go's flag package reads those that are written `--name=value`; a switch alone is `true`. */
function flagsOf({ command = [], args = [] }: corev1.Container): ReadonlyMap<string, readonly string[]> {
  const flags = new Map<string, string[]>();
  for (const text of [...command, ...args]) {
    const [, name, value = 'true'] = /^--?([a-z0-9-]+)(?:=(.*))?$/s.exec(text) ?? [];
    if (name === undefined) continue;
    const values = flags.get(name);
    if (values) values.push(value);
    else flags.set(name, [value]);
  }
  return flags;
}

const isTrue = (text: string): boolean => text === 'true' || text === '1';

function driverOf(container: corev1.Container): { name: string; flags: DriverFlags } {
  const flags = flagsOf(container);
  const text = (name: string, fallback: string) => flags.get(name)?.at(-1) ?? fallback;
  const whole = (name: string, fallback: number) => {
    const value = Number(text(name, ''));
    return Number.isSafeInteger(value) && value > 0 ? value : fallback;
  };
  const limit = whole('attach-limit', whole('maxvolumespernode', 0));
  const mutable = text('accepted-mutable-parameter-names', '');
  const expands = isTrue(text('enable-volume-expansion', text('node-expand-required', 'true')));
  const capacities = (flags.get('capacity') ?? []).map((one) => one.split('=', 2) as [string, string?]);
  return {
    name: text('drivername', 'hostpath.csi.k8s.io'),
    flags: {
      ...(limit > 0 ? { attachLimit: limit } : {}),
      attaches: isTrue(text('enable-attach', 'false')),
      topology: isTrue(text('enable-topology', 'true')),
      expandsInController: expands && !isTrue(text('disable-controller-expansion', 'false')),
      expandsOnNode: expands && !isTrue(text('disable-node-expansion', 'false')),
      modifies: isTrue(text('enable-controller-modify-volume', 'false')),
      ...(mutable === '' ? {} : { mutableParameters: new Set(mutable.split(',')) }),
      largestVolume: whole('max-volume-size', TEBI),
      capacities: new Map(capacities.map(([kind, size = '0']) => [kind, size])),
    },
  };
}

const NONE: readonly StorageProgram[] = [];

const isProgram = ({ image = '' }: corev1.Container): boolean =>
  image.includes('sig-storage/') || image.includes('storage-provisioner') || image.includes('local-path-provisioner');

/**
 * The programs of storage that a pod's containers are: provisioners, and the CSI driver of Kubernetes' examples under any name, with the
 * sidecars that run beside it.
 */
export function storageProgramsIn({ spec }: corev1.Pod): readonly StorageProgram[] {
  // Each change of a pod is looked at several times, and hardly any pod is such a program.
  if (spec?.containers?.some(isProgram) !== true) return NONE;
  const containers = spec.containers.filter(isProgram);
  const tasks = new Set<StorageTask>();
  const found: StorageProgram[] = [];
  let driver: ReturnType<typeof driverOf> | undefined;
  let perNode = false;
  for (const container of containers) {
    const repository = repositoryOf(container.image ?? '');
    const provisioner = PROVISIONERS[repository];
    if (provisioner !== undefined) found.push({ name: provisioner, tasks: new Set(['provision']), perNode: false });
    const task = SIDECARS[repository];
    if (task !== undefined) tasks.add(task);
    if (repository === DRIVER) driver = driverOf(container);
    if (task !== 'provision') continue;
    const flags = flagsOf(container);
    if (isTrue(flags.get('enable-capacity')?.at(-1) ?? 'false')) tasks.add('publish-capacity');
    perNode = isTrue(flags.get('node-deployment')?.at(-1) ?? 'false');
  }
  return driver && DRIVER_NAME.test(driver.name) ? [...found, { name: driver.name, tasks, driver: driver.flags, perNode }] : found;
}
