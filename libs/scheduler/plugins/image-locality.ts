import type { CycleState, Plugin, World } from '../framework.js';
import { MAX_SCORE } from '../framework.js';
import type { NodeInfo } from '../node-info.js';

const MiB = 1024 * 1024;
const least = 23 * MiB;
const mostEach = 1000 * MiB;

/** Adds the tag an image name leaves out (parsers.ParseImageName does the same). */
function normalizedImageName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') && !image.includes('@') ? `${image}:latest` : image;
}

/** How many nodes have each image, counted once a cycle. */
function spreadOf(state: CycleState, world: World, image: string): number {
  const key = `ImageLocality/${image}`;
  const known = state.get(key) as number | undefined;
  if (known !== undefined) return known;
  const share = world.nodes.filter((node) => node.images.has(image)).length / Math.max(1, world.nodes.length);
  state.set(key, share);
  return share;
}

function imagesOn(node: NodeInfo, images: readonly string[], state: CycleState, world: World): number {
  return images.reduce((sum, image) => {
    const size = node.images.get(image);
    return size === undefined ? sum : sum + Math.trunc(size * spreadOf(state, world, image));
  }, 0);
}

/** Prefers nodes that have the pod's images already, the larger the better. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score(pod, node, state, world) {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const images = containers.map(({ image }) => normalizedImageName(image ?? ''));
    const most = mostEach * containers.length;
    const sum = Math.min(most, Math.max(least, imagesOn(node, images, state, world)));
    return Math.trunc((MAX_SCORE * (sum - least)) / (most - least));
  },
};
