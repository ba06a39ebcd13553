import type { corev1, resourcev1 } from '#api';
import { deepEqual } from '#apimachinery';
import { type DeviceDriver, slicesOf } from '#component-helpers';

type Slice = resourcev1.ResourceSlice;

/** What a driver does about the ResourceSlices of its node. */
export interface SlicePlan {
  readonly create: Slice[];
  readonly update: Slice[];
  readonly remove: Slice[];
}

/** Digits of the index with which the name of a slice begins (resourceSliceIndexMinLength). */
const INDEX_DIGITS = 5;

const prefix = (index: number): string => index.toString(16).padStart(INDEX_DIGITS, '0');

/** The index in the name of a slice; -1 if it has none. */
const indexOf = ({ metadata }: Slice): number =>
  /^[0-9a-f]{5}-/.test(metadata.name) ? Number.parseInt(metadata.name.slice(0, INDEX_DIGITS), 16) : -1;

/** The slices of a driver's pool on its node as they should be (resourceslice controller, syncPool). Pure. */
export function planSlices(driver: DeviceDriver, { metadata: node }: corev1.Node, existing: readonly Slice[]): SlicePlan {
  const wanted = slicesOf(driver, node.name);
  const ofPool = existing.filter(({ spec }) => spec.pool.name === node.name);
  const newest = Math.max(0, ...ofPool.map(({ spec }) => spec.pool.generation));
  const current = new Map<number, Slice>();
  const remove = existing.filter((slice) => {
    const index = indexOf(slice);
    const isKept =
      slice.spec.pool.name === node.name &&
      slice.spec.pool.generation === newest &&
      index >= 0 &&
      index < wanted.length &&
      !current.has(index);
    if (isKept) current.set(index, slice);
    return !isKept;
  });
  const poolOf = (generation: number): resourcev1.ResourcePool => ({ name: node.name, generation, resourceSliceCount: wanted.length });
  const changed = [...current].filter(
    ([index, { spec }]) =>
      !deepEqual(spec.pool, poolOf(newest)) ||
      !deepEqual(spec.devices ?? [], wanted[index]?.devices ?? []) ||
      !deepEqual(spec.sharedCounters ?? [], wanted[index]?.sharedCounters ?? []),
  );
  // One write needs no new generation: nobody can see half of it.
  const isSame = current.size === wanted.length && changed.length <= 1;
  const pool = poolOf(isSame ? newest : newest + 1);
  const update = (isSame ? changed : [...current]).map(([index, slice]): Slice => {
    const { devices: _, sharedCounters: __, ...spec } = slice.spec;
    return { ...slice, spec: { ...spec, ...wanted[index], pool } };
  });
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid ?? '', controller: true }];
  const create = wanted.flatMap((content, index): Slice[] => {
    if (current.has(index)) return [];
    const generateName = `${prefix(index)}-${driver.name}-${node.name}-`;
    const spec = { driver: driver.name, pool, nodeName: node.name, ...content };
    return [{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: '', generateName, ownerReferences }, spec }];
  });
  return { create, update, remove };
}
