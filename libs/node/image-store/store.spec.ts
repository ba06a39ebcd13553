import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import { ImageStore, imagesOfStatus } from './store.js';

const facts = (name: string) => {
  const reference = parseImage(name);
  const image = reference && findImage(reference);
  if (!image) throw new Error(`there is no image ${name}`);
  return image;
};

test('images of a node: the largest first, digests before tags, one entry for all names of an image', () => {
  const nginx = facts('nginx:1.27');
  const [, digest] = nginx.imageID.split('@');
  const mirror = 'public.ecr.aws/nginx/nginx';
  const names = ['busybox:1.36', 'nginx:1.27', `nginx@${digest}`, `${mirror}:1.27`, 'no-such-image'];
  expect(imagesOfStatus(names)).toEqual([
    {
      names: [`docker.io/library/nginx@${digest}`, `${mirror}@${digest}`, 'docker.io/library/nginx:1.27', `${mirror}:1.27`],
      sizeBytes: nginx.size,
    },
    { names: [facts('busybox:1.36').imageID, 'docker.io/library/busybox:1.36'], sizeBytes: facts('busybox:1.36').size },
  ]);
});

test.each([
  [-1, 3],
  [2, 2],
  [0, 0],
])('nodeStatusMaxImages %i', (most, count) => {
  const store = new ImageStore();
  expect(['nginx', 'redis', 'nginx', 'busybox'].map((name) => store.add(name, 0))).toEqual([true, true, false, true]);
  expect(store.reported({ nodeStatusMaxImages: most })).toHaveLength(count);
});
