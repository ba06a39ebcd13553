import type { corev1 } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone } from '../test-plugin.js';

const MiB = 1024 * 1024;

/** A node with images of these sizes in MiB, called `gcr.io/SIZE`. */
const having = (name: string, ...sizes: number[]): corev1.Node => {
  const images = sizes.map((size) => ({ names: [`gcr.io/${size}:latest`, `gcr.io/${size}:v1`], sizeBytes: size * MiB }));
  return { ...node(name), status: { images } };
};
const of = (containers: number[], init: number[] = [], volumes: number[] = []): corev1.Pod => {
  const images = (sizes: number[]): corev1.Container[] => sizes.map((size) => ({ name: `c${size}`, image: `gcr.io/${size}` }));
  return pod('p', {
    containers: images(containers),
    initContainers: images(init),
    volumes: volumes.map((size) => ({ name: `v${size}`, image: { reference: `gcr.io/${size}` } })),
  });
};

test.each<[string, corev1.Pod, corev1.Node[], Record<string, number> | undefined]>([
  ['no node has any image', of([77]), [having('n1', 40), having('n2', 250)], undefined],
  ['the larger image of two', of([40, 250]), [having('n1', 40, 300, 2000), having('n2', 250, 10)], { n1: 0, n2: 5 }],
  ['both images on one node', of([40, 300]), [having('n1', 40, 300, 2000), having('n2', 250, 10)], { n1: 7, n2: 0 }],
  ['at most 1000 MiB for each container', of([10, 4000]), [having('n1', 4000, 30), having('n2', 250, 10)], { n1: 100, n2: 0 }],
  [
    'images that fewer nodes have count less',
    of([10, 4000]),
    [having('n1', 4000, 30), having('n2', 250, 10), having('n3')],
    { n1: 66, n2: 0, n3: 0 },
  ],
  [
    'several large images',
    of([300, 600, 900]),
    [having('n1', 600, 40, 900), having('n2', 300, 600, 900), having('n3')],
    { n1: 32, n2: 36, n3: 0 },
  ],
  ['small images hardly count', of([30, 40]), [having('n1', 20, 30, 40), having('n2', 4000, 30)], { n1: 1, n2: 0 }],
  ['images of volumes', of([30], [], [300]), [having('n1', 300, 600, 900), having('n2', 4000, 30)], { n1: 12, n2: 0 }],
  ['images of init containers', of([30], [300]), [having('n1', 40, 300, 2000), having('n2', 20, 30, 40)], { n1: 6, n2: 0 }],
])('ImageLocality: %s', (_, wanted, nodes, expected) => expect(alone('ImageLocality').scores(wanted, world(nodes))).toEqual(expected));

test.each([
  ['gcr.io/300', true],
  ['gcr.io/300:latest', true],
  ['gcr.io/300:v1', true],
  ['gcr.io/300:v2', false],
  ['registry:5000/300', false],
])('the image %s is there: %s', (image, there) => {
  const wanted = pod('p', { containers: [{ name: 'c', image }] });
  expect(alone('ImageLocality').scores(wanted, world([having('n1', 300)]))).toEqual(there ? { n1: 28 } : undefined);
});
