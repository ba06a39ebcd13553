import { type apiextensionsv1, CustomResourceDefinition, type Resource, type ResourceInfo, scheme } from '#api';
import { deepEqual, formatTime, ignoreNotFound, type KubeObject } from '#apimachinery';
import { conditionOf, setCondition } from '#component-helpers';
import { type Controller, defineController, isFenced, type ReconcileContext, type Reconciled, watchingServed } from '#controller-runtime';
import { inBatches } from '../in-batches.js';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Condition = Omit<apiextensionsv1.CustomResourceDefinitionCondition, 'type'>;

const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
/** Milliseconds after which instances that are not gone yet are looked at again; their deletion wakes the controller anyway. */
const AGAIN = 5_000;

const isCustom = ({ group, version, resource }: Pick<ResourceInfo, 'group' | 'version' | 'resource'>): boolean =>
  scheme.resourceFor(group, version, resource) === undefined;
/** Instances can be watched; what add-ons serve cannot. */
const isInstance = (resource: ResourceInfo): boolean => isCustom(resource) && resource.verbs.includes('watch');
const isDefinition = ({ group, resource }: { group: string; resource: string }): boolean =>
  group === CustomResourceDefinition.group && resource === CustomResourceDefinition.resource;

/** Groups of built-in kinds: a change in them is never one of an instance. */
const BUILT_IN: ReadonlySet<string> = new Set(scheme.groupVersions().map(({ group }) => group));

const IN_PROGRESS: Condition = { status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' };
const COMPLETED: Condition = { status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' };
const NEVER: Condition = { status: 'False', reason: 'NeverEstablished', message: 'resource was never established' };

/** Deletes the instances of definitions that are being deleted (apiextensions-apiserver/pkg/controller/finalizer/crd_finalizer.go). */
export const definitionFinalizer: Controller = defineController({
  name: 'crd-finalizer',
  for: CustomResourceDefinition,
  filter: ({ object, deleted }) => !deleted && isEnding(object),
  watches: [
    watchingServed(isInstance, ({ object, deleted }, informers) => {
      if (!deleted) return [];
      const group = object.apiVersion.split('/', 1)[0];
      const found = informers
        .of(CustomResourceDefinition)
        .list()
        .filter((one) => isEnding(one) && one.spec.group === group && one.spec.names.kind === object.kind);
      return found.map(({ metadata: { name } }) => ({ name }));
    }),
  ],
  interests: (change) => isDefinition(change) || (change.deleted && !BUILT_IN.has(change.group)),
  reconcile: finalize,
});

const isEnding = ({ metadata }: Definition): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(CLEANUP);

function terminating(definition: Definition, condition: Condition, { clock }: ReconcileContext): Definition {
  const { status } = definition;
  const conditions = setCondition(status?.conditions, { type: 'Terminating', ...condition }, formatTime(clock.now()));
  return { ...definition, status: { ...status, conditions } };
}

async function finalize(found: Definition, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  if (!isEnding(found)) return undefined;
  const { client } = ctx;
  const marked = terminating(found, IN_PROGRESS, ctx);
  const definition = deepEqual(marked, found) ? found : await client.updateStatus(CustomResourceDefinition, marked);
  if (conditionOf(definition.status?.conditions, 'Established')?.status !== 'True') return finish(definition, NEVER, ctx);
  const left = await deleteInstances(definition, ctx);
  return left === 0 ? finish(definition, COMPLETED, ctx) : { requeueAfter: AGAIN };
}

async function finish(definition: Definition, condition: Condition, ctx: ReconcileContext): Promise<undefined> {
  const { metadata } = definition;
  const finalizers = (metadata.finalizers ?? []).filter((name) => name !== CLEANUP);
  const ended = terminating({ ...definition, metadata: { ...metadata, finalizers } }, condition, ctx);
  await ctx.client.updateStatus(CustomResourceDefinition, ended).catch(ignoreNotFound);
}

function resourceOf({ spec, status }: Definition): Resource | undefined {
  const version = spec.versions.find(({ served }) => served)?.name;
  const names = status?.acceptedNames ?? spec.names;
  if (version === undefined) return undefined;
  return { group: spec.group, version, resource: names.plural, kind: names.kind, namespaced: spec.scope === 'Namespaced' };
}

/** Deletes all instances; resolves with the number of those that wait for finalizers. */
async function deleteInstances(definition: Definition, { client }: ReconcileContext): Promise<number> {
  const resource = resourceOf(definition);
  if (resource === undefined) return 0;
  const instances = async (): Promise<readonly KubeObject[]> => {
    const listed = await client.list(resource).catch(ignoreNotFound);
    return listed?.items ?? [];
  };
  const found = await instances();
  const failed = await inBatches(found, ({ metadata: { name, namespace, uid } }) =>
    client.delete(resource, name, namespace, { uid }).then(() => undefined, ignoreNotFound),
  );
  if (failed !== undefined)
    throw isFenced(failed.reason) || failed.reason instanceof Error ? failed.reason : new Error(String(failed.reason));
  return found.length === 0 ? 0 : (await instances()).length;
}
