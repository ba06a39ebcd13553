import { type Instant, parseGoDuration } from '#apimachinery';
import type { StoredImage } from './store.js';

/** Which images a kubelet removes from its node, and when (images/image_gc_manager.go). Pure. */

/** When images are removed, by the configuration of a kubelet. */
export interface CollectionPolicy {
  readonly high: number;
  readonly low: number;
  /** Milliseconds. */
  readonly minimumAge: number;
}

const percent = (value: unknown, usual: number): number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100 ? Number(value) : usual;

/** How old an image has to be, in milliseconds. Zero means the default. */
export function minimumAge({ imageMinimumGCAge: given }: Readonly<Record<string, unknown>>): number {
  const age = typeof given === 'string' && given.length <= 32 ? parseGoDuration(given) : undefined;
  return Math.max(0, age ?? 0) || 120_000;
}

/** Zero means the default (apis/config/v1beta1 SetDefaults_KubeletConfiguration). Undefined: nothing is ever removed. */
export function collectionPolicy(configuration: Readonly<Record<string, unknown>>): CollectionPolicy | undefined {
  const { imageGCHighThresholdPercent, imageGCLowThresholdPercent } = configuration;
  const high = percent(imageGCHighThresholdPercent, 85);
  const low = percent(imageGCLowThresholdPercent, 80);
  return high === 100 || low > high ? undefined : { high, low, minimumAge: minimumAge(configuration) };
}

/** How full the file system of images is. */
export interface ImageDisk {
  readonly capacity: number;
  readonly available: number;
}

/** How much has to be freed; undefined if the disk is not full enough. */
export function amountToFree({ capacity, available }: ImageDisk, { high, low }: CollectionPolicy): number | undefined {
  if (capacity === 0 || usedPercent({ capacity, available }) < high) return undefined;
  return Math.trunc((capacity * (100 - low)) / 100) - available;
}

const usedPercent = ({ capacity, available }: ImageDisk): number => 100 - Math.trunc((available * 100) / capacity);

/** The images that go to free an amount, those that came first in front: none that is in use, pinned, or too young. */
export function imagesToRemove(
  images: readonly StoredImage[],
  { inUse, now, minimumAge, amount }: { inUse: (image: StoredImage) => boolean; now: Instant; minimumAge: number; amount: number },
): StoredImage[] {
  const removed: StoredImage[] = [];
  let freed = 0;
  for (const image of [...images].sort((a, b) => a.since - b.since)) {
    if (freed >= amount) break;
    if (isPinned(image) || inUse(image) || now - image.since < minimumAge) continue;
    removed.push(image);
    freed += image.size;
  }
  return removed;
}

/** The container runtime pins the image of sandboxes. */
const isPinned = ({ tags }: StoredImage): boolean => tags.some((tag) => tag.startsWith('registry.k8s.io/pause:'));

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** `100.0 GiB`. */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 'B'];
  for (const larger of UNITS) {
    if (size < 1024) break;
    [size, unit] = [size / 1024, larger];
  }
  return unit === 'B' ? `${Math.trunc(size)} B` : `${size.toFixed(1)} ${unit}`;
}

/** What is said when too little could be freed. */
export const tooLittleFreed = (disk: ImageDisk, freed: number): string =>
  `Insufficient free disk space on the node's image filesystem (${usedPercent(disk)}% of ${sizeText(disk.capacity)} used). Failed to free sufficient space by deleting unused images (freed ${freed} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.`;
