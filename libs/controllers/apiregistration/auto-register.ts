import { APIService, type apiextensionsv1, type apiregistrationv1, CustomResourceDefinition } from '#api';
import { deepEqual, isAlreadyExists, isNotFound, type ObjectKey } from '#apimachinery';
import { type Controller, defineController, type ReconcileContext, watching } from '#controller-runtime';

type Service = apiregistrationv1.APIService;
type Definition = apiextensionsv1.CustomResourceDefinition;

const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** Those that this controller makes: they are removed with the last definition that serves their group version. */
const isManaged = ({ metadata }: Service): boolean => metadata.labels?.[MANAGED] === 'true';

const keysOf = ({ spec }: Definition): ObjectKey[] => spec.versions.map(({ name }) => ({ name: `${name}.${spec.group}` }));

/** The APIService of a group version that definitions serve; undefined if none does (crdregistration_controller.go). */
function wanted(name: string, definitions: readonly Definition[]): Service | undefined {
  const dot = name.indexOf('.');
  const [version, group] = [name.slice(0, dot), name.slice(dot + 1)];
  const serves = ({ spec }: Definition): boolean => spec.group === group && spec.versions.some((one) => one.name === version && one.served);
  if (!definitions.some(serves)) return undefined;
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [MANAGED]: 'true' } },
    spec: { group, version, groupPriorityMinimum: 1000, versionPriority: 100 },
  };
}

async function register(name: string, present: Service | undefined, { client, informers }: ReconcileContext): Promise<undefined> {
  const service = wanted(name, informers.of(CustomResourceDefinition).list());
  if (present === undefined) {
    if (service) await client.create(APIService, service).catch(unless(isAlreadyExists));
    return;
  }
  if (!isManaged(present)) return;
  if (service === undefined) await client.delete(APIService, name, '', { uid: present.metadata.uid }).catch(unless(isNotFound));
  else if (!deepEqual({ ...present.spec }, { ...service.spec })) await client.update(APIService, { ...present, spec: service.spec });
}

const unless =
  (expected: (error: unknown) => boolean) =>
  (error: unknown): void => {
    if (!expected(error)) throw error;
  };

/** Registers the group versions of custom resources with the aggregator (kube-aggregator/pkg/controllers/autoregister). */
export const autoRegister: Controller = defineController({
  name: 'autoregister',
  for: APIService,
  watches: [
    watching(CustomResourceDefinition, ({ object, old, deleted }) => {
      if (old !== undefined && !deleted && deepEqual(object.spec, old.spec)) return [];
      return old === undefined ? keysOf(object) : [...keysOf(object), ...keysOf(old)];
    }),
  ],
  reconcile: (service, ctx) => register(service.metadata.name, service, ctx),
  gone: ({ name }, ctx) => register(name, undefined, ctx),
});
