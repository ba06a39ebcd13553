import { type corev1, Pod, ResourceClaim, ResourceClaimTemplate, type resourcev1 } from '#api';
import { controllerOf, ignoreNotFound, keyOf } from '#apimachinery';
import { type Change, defineController, type Informers, isFenced, type ReconcileContext, watching } from '#controller-runtime';
import { claimFromTemplate, FINALIZER, isPodDone, POD_CLAIM, planClaimUpkeep } from './plan.js';

type Claim = resourcev1.ResourceClaim;

const EVENT_SOURCE = 'resource_claim';
const FLAG = 'resourceclaim-controller';
const BY_TEMPLATE = 'pods-by-resource-claim-template';

const usesClaims = ({ spec }: corev1.Pod): boolean => (spec?.resourceClaims ?? []).length > 0;

/** Makes the claims of pods from templates, and notes them in the pods' status (pkg/controller/resourceclaim, syncPod). */
export const podResourceClaims = defineController({
  name: 'pod-resource-claim-controller',
  queue: 'resource_claim',
  flag: FLAG,
  eventSource: EVENT_SOURCE,
  for: Pod,
  filter: ({ object, deleted }) => !deleted && usesClaims(object),
  reads: [ResourceClaim],
  watches: [
    watching(ResourceClaimTemplate, ({ object: { metadata }, deleted }, informers) =>
      deleted ? [] : informers.of(Pod).byIndex(BY_TEMPLATE, `${metadata.namespace}/${metadata.name}`).map(keyOf),
    ),
    watching(ResourceClaim, podsOfClaim),
  ],
  interests: ({ resource, object, deleted }) => resource !== 'pods' || (!deleted && usesClaims(object() as corev1.Pod)),
  index(informers) {
    informers
      .of(Pod)
      .addIndex(BY_TEMPLATE, ({ metadata, spec }) =>
        (spec?.resourceClaims ?? []).flatMap(({ resourceClaimTemplateName: name }) => (name ? [`${metadata.namespace}/${name}`] : [])),
      );
  },
  reconcile: syncPod,
});

/** The pod that a deleted claim was made for. */
function podsOfClaim({ object, deleted }: Change<Claim>): Array<{ namespace?: string; name: string }> {
  const owner = controllerOf(object);
  return deleted && owner?.kind === 'Pod' ? [{ namespace: object.metadata.namespace, name: owner.name }] : [];
}

async function syncPod(pod: corev1.Pod, ctx: ReconcileContext): Promise<undefined> {
  if (pod.metadata.deletionTimestamp !== undefined || isPodDone(pod)) return undefined;
  const made: Array<{ name: string; resourceClaimName: string }> = [];
  for (const entry of pod.spec.resourceClaims ?? []) {
    if (!entry.resourceClaimTemplateName) continue;
    const claim = await claimOf(pod, entry, ctx).catch((error: unknown) => {
      if (isFenced(error)) throw error;
      const message = `PodResourceClaim ${entry.name}: ${error instanceof Error ? error.message : String(error)}`;
      ctx.recorder.warning(pod, 'FailedResourceClaimCreation', message);
      throw error;
    });
    const known = pod.status?.resourceClaimStatuses?.find(({ name }) => name === entry.name)?.resourceClaimName;
    if (claim.metadata.name !== known) made.push({ name: entry.name, resourceClaimName: claim.metadata.name });
  }
  if (made.length === 0) return undefined;
  const { name, namespace } = pod.metadata;
  await ctx.client.patch(Pod, name, namespace, 'strategic', { status: { resourceClaimStatuses: made } }, { subresource: 'status' });
  return undefined;
}

/** The claim that was made for an entry of the pod's spec, or is made now. */
async function claimOf(pod: corev1.Pod, entry: corev1.PodResourceClaim, { client, informers }: ReconcileContext): Promise<Claim> {
  const { namespace, uid = '' } = pod.metadata;
  const present = informers
    .of(ResourceClaim)
    .controlledBy(uid)
    .find(({ metadata }) => metadata.annotations?.[POD_CLAIM] === entry.name);
  if (present) return present;
  const name = entry.resourceClaimTemplateName ?? '';
  const template = informers.of(ResourceClaimTemplate).get(name, namespace);
  if (!template) throw new Error(`resource claim template "${name}": resourceclaimtemplate.resource.k8s.io "${name}" not found`);
  return client.create(ResourceClaim, claimFromTemplate(pod, entry.name, template));
}

const claimsOfPod = (pod: corev1.Pod, informers: Informers): Claim[] => {
  const names = [
    ...(pod.spec?.resourceClaims ?? []).map(({ resourceClaimName }) => resourceClaimName),
    ...(pod.status?.resourceClaimStatuses ?? []).map(({ resourceClaimName }) => resourceClaimName),
    pod.status?.extendedResourceClaimStatus?.resourceClaimName,
  ];
  return names.flatMap((name) => (name && informers.of(ResourceClaim).get(name, pod.metadata.namespace)) || []);
};

const hasClaims = (pod: corev1.Pod): boolean => usesClaims(pod) || pod.status?.extendedResourceClaimStatus !== undefined;

const letsGo = ({ object, deleted }: Pick<Change<corev1.Pod>, 'object' | 'deleted'>): boolean =>
  hasClaims(object) && (deleted || isPodDone(object));

/** Takes pods that are done off their claims, gives devices back, and deletes claims that were made for a pod (syncClaim). */
export const resourceClaim = defineController({
  name: 'resource-claim-controller',
  queue: 'resource_claim',
  flag: FLAG,
  eventSource: EVENT_SOURCE,
  for: ResourceClaim,
  filter: ({ deleted }) => !deleted,
  watches: [watching(Pod, (change, informers) => (letsGo(change) ? claimsOfPod(change.object, informers).map(keyOf) : []))],
  interests: ({ resource, object, deleted }) => resource !== 'pods' || letsGo({ object: object() as corev1.Pod, deleted }),
  async reconcile(claim, { client, informers }) {
    const { name, namespace, uid } = claim.metadata;
    const plan = planClaimUpkeep(claim, (pod) => informers.of(Pod).get(pod, namespace));
    const next = plan.status ? await client.updateStatus(ResourceClaim, { ...claim, status: plan.status }) : claim;
    if (plan.release) {
      const finalizers = (next.metadata.finalizers ?? []).filter((one) => one !== FINALIZER);
      await client.update(ResourceClaim, { ...next, metadata: { ...next.metadata, finalizers } });
    }
    if (plan.remove) await client.delete(ResourceClaim, name, namespace, { uid }).catch(ignoreNotFound);
    return undefined;
  },
});
