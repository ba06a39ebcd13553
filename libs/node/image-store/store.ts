import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';

/** Images that a node's status tells by default. */
const MOST_IMAGES = 50;
/** Names of an image that a node's status tells at most (nodestatus MaxNamesPerImageInNodeStatus). */
const MOST_NAMES = 5;

/** The images on one machine, by their full references, with the time when each was first seen there. */
export class ImageStore {
  private readonly seen = new Map<string, Instant>();

  /** Whether it was not there. */
  add(name: string, now: Instant): boolean {
    const reference = parseImage(name);
    if (!reference || this.seen.has(reference.full)) return false;
    this.seen.set(reference.full, now);
    return true;
  }

  has(full: string): boolean {
    return this.seen.has(full);
  }

  delete(full: string): void {
    this.seen.delete(full);
  }

  entries(): Iterable<readonly [full: string, since: Instant]> {
    return this.seen;
  }

  /** What the status of the node tells of them, by the KubeletConfiguration of its kubelet. */
  reported({ nodeStatusMaxImages }: Readonly<Record<string, unknown>>): corev1.ContainerImage[] {
    return reportedImages(storedImages(this.seen), mostImages(nodeStatusMaxImages));
  }
}

/** The images on all machines of a cluster. A machine keeps them while nobody knows of it: only in memory, rebuilt from its Node and its pods. */
export class ImageStores {
  private readonly stores = new Map<string, ImageStore>();
  private readonly listeners: Array<(node: string) => void> = [];

  of(node: string): ImageStore {
    const known = this.stores.get(node);
    if (known) return known;
    const made = new ImageStore();
    this.stores.set(node, made);
    return made;
  }

  onChange(listener: (node: string) => void): void {
    this.listeners.push(listener);
  }

  /** Images were pulled to a machine. */
  pulled(node: string, images: readonly string[], now: Instant): void {
    const store = this.of(node);
    if (images.filter((image) => store.add(image, now)).length > 0) this.changed(node);
  }

  /** An image was pulled to a machine, or removed from it. */
  changed(node: string): void {
    for (const listener of this.listeners) listener(node);
  }
}

/** An image on a machine, which may have several names. */
export interface StoredImage {
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
  readonly digests: readonly string[];
  readonly tags: readonly string[];
  /** Its full references, as containers name it. */
  readonly references: readonly string[];
  readonly since: Instant;
}

/** The images of a machine, the largest first (sliceutils.ByImageSize). */
export function storedImages(entries: Iterable<readonly [full: string, since: Instant]>): StoredImage[] {
  const found = new Map<string, StoredImage>();
  for (const [full, since] of entries) {
    const reference = parseImage(full);
    const image = reference && findImage(reference);
    if (!reference || !image) continue;
    const digest = image.imageID.slice(image.imageID.indexOf('@') + 1);
    const { digests, tags, references, ...known } = found.get(digest) ?? {
      digest,
      size: image.size,
      digests: [],
      tags: [],
      references: [],
      since,
    };
    found.set(digest, {
      ...known,
      digests: digests.includes(image.imageID) ? digests : [...digests, image.imageID],
      tags: reference.digest === undefined ? [...tags, full] : tags,
      references: [...references, full],
      since: Math.min(known.since, since),
    });
  }
  return [...found.values()].sort((a, b) => b.size - a.size || (a.digest < b.digest ? 1 : -1));
}

/** What the status of a node tells of its images: `most` of them, -1: all (nodestatus.Images). */
function reportedImages(images: readonly StoredImage[], most: number): corev1.ContainerImage[] {
  const told = most < 0 ? images : images.slice(0, most);
  return told.map(({ digests, tags, size }) => ({ names: [...digests, ...tags].slice(0, MOST_NAMES), sizeBytes: size }));
}

/** nodeStatusMaxImages as configured; -1: all. */
const mostImages = (configured: unknown): number =>
  Number.isInteger(configured) && Number(configured) >= -1 ? Number(configured) : MOST_IMAGES;

/** The same, of images that are known by their names. */
export const imagesOfStatus = (names: readonly string[]): corev1.ContainerImage[] =>
  reportedImages(storedImages(names.flatMap((name) => parseImage(name)?.full ?? []).map((full) => [full, 0] as const)), -1);
