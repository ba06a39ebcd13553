import { hash } from 'node:crypto';
import type { corev1, resourcev1 } from '#api';
import { parseQuantity, Quantity } from '#apimachinery';

/** The example driver of Kubernetes for simulated GPUs (dra-example-driver), as far as its pods' specs tell what it does. */
export interface DeviceDriver {
  /** gpu.example.com, unless it is given another name. */
  readonly name: string;
  /** The GPUs of each node, and the parts of each that can be allocated by themselves. */
  readonly gpus: number;
  readonly partitions: number;
  /** Whether several requests may be allocated the same GPU. */
  readonly shared: boolean;
  /** Whether pods are bound only when a GPU is said to be ready. */
  readonly binding: boolean;
}

const IMAGE = 'dra-example-driver/dra-example-driver';
const PROGRAM = 'dra-example-kubeletplugin';
const DEFAULT_GPUS = 8;
/** What the API takes: devices of a slice, of one that consumes counters, and sets of counters. */
const MOST_DEVICES = 128;
const MOST_PARTITIONS = 64;
const MOST_COUNTER_SETS = 8;

/** A setting of the program: `--num-devices=4`, or else the variable NUM_DEVICES. */
function settingOf({ command = [], args = [], env = [] }: corev1.Container, flag: string): string | undefined {
  const words = [...command, ...args];
  for (const [index, word] of words.entries()) {
    if (word === `--${flag}`) return words[index + 1];
    if (word.startsWith(`--${flag}=`)) return word.slice(flag.length + 3);
  }
  const variable = flag.toUpperCase().replaceAll('-', '_');
  return env.findLast(({ name }) => name === variable)?.value || undefined;
}

function driverOf(container: corev1.Container): DeviceDriver | undefined {
  const { image = '', command = [] } = container;
  // The image's other programs are its controller and its webhook.
  if (!image.includes(IMAGE) || (command.length > 0 && !command[0]?.endsWith(PROGRAM))) return undefined;
  const whole = (flag: string, fallback: number): number => {
    const value = Number(settingOf(container, flag) ?? fallback);
    return Number.isSafeInteger(value) && value >= 0 ? value : 0;
  };
  const isSet = (flag: string): boolean => settingOf(container, flag) === 'true';
  if ((settingOf(container, 'device-profile') ?? 'gpu') !== 'gpu') return undefined;
  return {
    name: settingOf(container, 'driver-name') ?? 'gpu.example.com',
    gpus: whole('num-devices', DEFAULT_GPUS),
    partitions: whole('gpu-partitions', 0),
    shared: isSet('gpu-allow-multiple-allocations'),
    binding: isSet('binding-conditions'),
  };
}

/** The driver that one of a pod's containers is; undefined for all other pods. */
export function deviceDriverIn({ spec }: corev1.Pod): DeviceDriver | undefined {
  for (const container of spec.containers) {
    const driver = container.image?.includes(IMAGE) ? driverOf(container) : undefined;
    if (driver) return driver;
  }
  return undefined;
}

const MEMORY = '80Gi';
const COMPUTE = '100';

function uuidOf(text: string): string {
  const hex = hash('sha256', text);
  return `gpu-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

function capacityOf(value: string, smallest: string, { shared }: DeviceDriver): resourcev1.DeviceCapacity {
  if (!shared) return { value };
  return { value, requestPolicy: { default: value, validRange: { min: smallest, step: smallest, max: value } } };
}

/** What one slice of a pool says of its devices. */
export type SliceContent = Pick<resourcev1.ResourceSliceSpec, 'devices' | 'sharedCounters'>;

/** The devices that a driver has on a node, slice by slice; none if there are more than the API takes. Pure. */
export function slicesOf(driver: DeviceDriver, node: string): SliceContent[] {
  const { gpus, partitions, shared, binding } = driver;
  if (partitions > 0 ? gpus > MOST_COUNTER_SETS || gpus * (partitions + 1) > MOST_PARTITIONS : gpus > MOST_DEVICES) return [];
  const devices: resourcev1.Device[] = [];
  const sharedCounters: resourcev1.CounterSet[] = [];
  const part = (total: string, format: 'BinarySI' | 'DecimalSI'): string =>
    Quantity.of(Math.floor(parseQuantity(total).value() / partitions), format).toString();
  const whole = { memory: MEMORY, compute: COMPUTE };
  for (let index = 0; index < gpus; index++) {
    const attributes = {
      index: { int: index },
      uuid: { string: uuidOf(`${node}/${index}`) },
      model: { string: 'LATEST-GPU-MODEL' },
      driverVersion: { version: '1.0.0' },
    };
    const add = (name: string, more: resourcev1.Device['attributes'], { memory, compute }: typeof whole): void => {
      const counters = { memory: { value: memory }, compute: { value: compute } };
      devices.push({
        name,
        attributes: { ...attributes, ...more },
        capacity: { memory: capacityOf(memory, '1Gi', driver), compute: capacityOf(compute, '1', driver) },
        ...(partitions > 0 ? { consumesCounters: [{ counterSet: `gpu-${index}-counters`, counters }] } : {}),
        allowMultipleAllocations: shared,
        ...(binding ? { bindingConditions: ['BindingConditions'], bindingFailureConditions: ['BindingFailureConditions'] } : {}),
      });
    };
    if (partitions === 0) {
      add(`gpu-${index}`, {}, whole);
      continue;
    }
    sharedCounters.push({ name: `gpu-${index}-counters`, counters: { memory: { value: MEMORY }, compute: { value: COMPUTE } } });
    const share = { memory: part(MEMORY, 'BinarySI'), compute: part(COMPUTE, 'DecimalSI') };
    for (let at = 0; at < partitions; at++)
      add(`gpu-${index}-partition-${at}`, { partition: { int: at }, partitionable: { bool: true } }, share);
    add(`gpu-${index}-full`, { partitionable: { bool: true }, full: { bool: true } }, whole);
  }
  return sharedCounters.length > 0 ? [{ sharedCounters }, { devices }] : [{ devices }];
}
