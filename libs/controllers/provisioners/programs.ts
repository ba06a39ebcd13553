import { type corev1, Pod } from '#api';
import { isPodReady } from '#component-helpers';
import type { Informers, ReconcileContext } from '#controller-runtime';
import { provisioners, type VolumeProvisioner } from './provisioners.js';

const BY_PROVISIONER = 'pods-by-provisioner';

const byImage: ReadonlyMap<string, string> = new Map(
  [...provisioners.values()].flatMap(({ name, images }) => images.map((image) => [image, name] as const)),
);

/** `rancher/local-path-provisioner` of `docker.io/rancher/local-path-provisioner:v0.0.31`. */
function repositoryOf(image: string): string {
  const parts = (image.split('@', 1)[0] ?? '').split('/');
  return parts
    .slice(-2)
    .join('/')
    .replace(/:[^/:]*$/, '');
}

/** The provisioners that a pod's containers are. */
export function provisionersIn({ spec }: corev1.Pod): string[] {
  return (spec?.containers ?? []).flatMap(({ image = '' }) => byImage.get(repositoryOf(image)) ?? []);
}

/** Adds the index of the pods that are provisioners. */
export function indexPrograms(informers: Informers): void {
  informers.of(Pod).addIndex(BY_PROVISIONER, provisionersIn);
}

/** The client and the name in events of a running provisioner; undefined if none of its pods is ready. */
export function programOf({ name }: VolumeProvisioner, { client, informers, random }: ReconcileContext) {
  const pod = informers
    .of(Pod)
    .byIndex(BY_PROVISIONER, name)
    .filter(isPodReady)
    .reduce<corev1.Pod | undefined>((first, one) => (first && first.metadata.name < one.metadata.name ? first : one), undefined);
  if (pod === undefined) return undefined;
  const identity = random.draw('provisioner', pod.metadata.uid ?? '').uuid();
  return { client: client.as({ component: name }), source: `${name}_${pod.metadata.name}_${identity}` };
}
