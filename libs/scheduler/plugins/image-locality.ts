import type { corev1 } from '#api';
import { MAX_SCORE, type Plugin, type StateData } from '../framework.js';

const MiB = 1024 * 1024;
const least = 23 * MiB;
const mostEach = 1000 * MiB;
const stateKey = 'ImageLocality';

/** The pod's images with the fraction of nodes that have each, counted once per cycle. */
interface Spread extends StateData {
  images: ReadonlyArray<{ name: string; share: number }>;
}

/** Adds the default tag to an image name (as parsers.ParseImageName does). */
function normalizedImageName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') && !image.includes('@') ? `${image}:latest` : image;
}

/** The images of containers and of image volumes. */
const imagesOf = ({ initContainers = [], containers, volumes = [] }: corev1.PodSpec): string[] => [
  ...[...initContainers, ...containers].map(({ image = '' }) => image),
  ...volumes.flatMap(({ image }) => (image ? [image.reference ?? ''] : [])),
];

/** Prefers nodes that have the pod's images already, weighted by size. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  preScore({ spec }, _nodes, state, world) {
    const count = Math.max(1, world.nodes.length);
    const images = imagesOf(spec).map((image) => {
      const name = normalizedImageName(image);
      return { name, share: world.nodesWithImage(name) / count };
    });
    const spread: Spread = { images };
    state.write(stateKey, spread);
    // Nodes that have none of the images get no score.
    return images.every(({ share }) => share === 0);
  },
  score({ spec }, node, state) {
    const { images } = state.read<Spread>(stateKey);
    const most = mostEach * (spec.containers.length + (spec.initContainers?.length ?? 0));
    const there = images.reduce((sum, { name, share }) => sum + Math.trunc((node.images.get(name) ?? 0) * share), 0);
    const sum = Math.min(most, Math.max(least, there));
    return Math.trunc((MAX_SCORE * (sum - least)) / (most - least));
  },
};
