import { amountToFree, collectionPolicy, imagesToRemove, sizeText, tooLittleFreed } from './collection.js';
import type { StoredImage } from './store.js';

const USUAL = { high: 85, low: 80, minimumAge: 120_000 };

test.each([
  [{}, USUAL],
  [{ imageMinimumGCAge: '0s' }, USUAL],
  [
    { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50, imageMinimumGCAge: '10m' },
    { high: 70, low: 50, minimumAge: 600_000 },
  ],
  [{ imageGCHighThresholdPercent: 100 }, undefined],
  [{ imageGCHighThresholdPercent: '70', imageMinimumGCAge: 7 }, USUAL],
])('collection policy of %j', (configuration, policy) => expect(collectionPolicy(configuration)).toEqual(policy));

test.each([
  [{ capacity: 1000, available: 160 }, undefined],
  [{ capacity: 1000, available: 150 }, 50],
  [{ capacity: 1000, available: 0 }, 200],
  [{ capacity: 0, available: 0 }, undefined],
])('to free with %j', (disk, amount) => expect(amountToFree(disk, USUAL)).toBe(amount));

const image = (name: string, since: number, size: number): StoredImage => ({
  ...{ digest: name, size, digests: [], since },
  tags: [name],
  references: [name],
});

test.each([
  ['oldest first, until enough is freed', 25, ['old', 'middle']],
  ['all that may go', Number.POSITIVE_INFINITY, ['old', 'middle']],
  ['enough with one', 10, ['old']],
])('images to remove: %s', (_, amount, removed) => {
  const images = [
    image('middle', 100, 20),
    image('old', 0, 20),
    image('young', 990, 20),
    image('used', 0, 20),
    image('registry.k8s.io/pause:3.10.2', 0, 20),
  ];
  const inUse = ({ digest }: StoredImage): boolean => digest === 'used';
  expect(imagesToRemove(images, { inUse, now: 1000, minimumAge: 100, amount }).map(({ digest }) => digest)).toEqual(removed);
});

test.each([
  [0, '0 B'],
  [2048, '2.0 KiB'],
  [100 * 1024 ** 3, '100.0 GiB'],
  [5000 * 1024 ** 4, '5000.0 TiB'],
])('%i bytes: %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));

test('too little freed', () =>
  expect(tooLittleFreed({ capacity: 100 * 1024 ** 3, available: 0 }, 12)).toBe(
    "Insufficient free disk space on the node's image filesystem (100% of 100.0 GiB used). Failed to free sufficient space by deleting unused images (freed 12 bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.",
  ));
