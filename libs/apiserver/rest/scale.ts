import {
  badRequest,
  conflict,
  goQuote,
  humanDuration,
  type Instant,
  internalError,
  invalid,
  invalidValue,
  type KubeObject,
  type ManagedFieldsEntry,
  managersAfterScale,
  parseTime,
  plainCopy,
  scaleManagers,
} from '#apimachinery';
import type { APIResource } from './api-resource.js';
import { asked } from './converting.js';
import { getObject } from './get.js';
import { ownFields } from './managed-fields.js';
import type { RestScope } from './scope.js';
import type { Capabilities } from './storage.js';
import type { ResourceStrategy, SubresourceStrategy } from './strategy.js';
import { type UpdateRules, updateObject } from './update.js';
import { type Stored, storedOf } from './view.js';

/** autoscaling/v1 Scale. */
interface Scale extends KubeObject {
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

/** The scale paths of a resource: those of a version of a custom kind are its own. */
export const scaleRules = ({ strategy, stored }: APIResource): ResourceStrategy['scale'] => strategy.scale ?? stored.strategy.scale;

const pathText = (path: readonly string[]): string => goQuote(`.${path.join('.')}`);

/** The Scale of an object (pkg/registry/apps/deployment/storage scaleFromDeployment and the like). */
function scaleOf(resource: APIResource, object: KubeObject): Scale {
  const rules = scaleRules(resource);
  if (rules === undefined) throw badRequest(`${resource.resource} have no scale`);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata = { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp };
  const replicas = rules.replicas(object) ?? 0;
  const selector = rules.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: rules.status(object), ...(selector ? { selector } : {}) },
  };
}

function checkScale(scope: RestScope, scale: Scale, old: KubeObject): void {
  const { uid, name } = scale.metadata;
  const replicas = scale.spec?.replicas ?? 0;
  const rules = scaleRules(scope.resource);
  if (name !== scope.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${scope.name})`);
  if (rules?.path && scale.spec?.replicas === undefined && rules.replicas(old) === undefined)
    throw badRequest(`the spec replicas field ${pathText(rules.path)} cannot be empty`);
  // A custom resource's replicas are validated with the object.
  if (replicas < 0 && !rules?.path) {
    const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, old.metadata.name, [error]);
  }
  if (uid && uid !== old.metadata.uid) {
    const text = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
    throw conflict({ group: 'autoscaling', resource: 'Scale' }, old.metadata.name, text);
  }
}

/** The parent is written like a normal update, so that its generation increases. */
function asParent({ stored: { strategy } }: APIResource): SubresourceStrategy {
  return {
    prepareForUpdate: (object, old, ctx) => strategy.prepareForUpdate?.(object, old, ctx),
    validateUpdate: (object, old, ctx) => strategy.validateUpdate?.(object, old, ctx) ?? [],
  };
}

/** The Scale as if it were stored: its text is what clients read. */
function storedScale(resource: APIResource, object: KubeObject): Stored {
  const scale = scaleOf(resource, object);
  return { value: JSON.stringify(scale), revision: 0, object: scale };
}

function setManagers({ metadata }: KubeObject, managers: ManagedFieldsEntry[]): void {
  if (managers.length > 0) metadata.managedFields = managers;
  else delete metadata.managedFields;
}

/** Plugins, webhooks and policies see the Scale, and may change its replicas. */
const asScale = (resource: APIResource): UpdateRules['admitted'] => ({
  of: (object) => scaleOf(resource, object),
  take: (object, scale) => resource.stored.strategy.scale?.setReplicas(object, (scale as Scale).spec?.replicas ?? 0),
});

/** The scale subresource of a resource whose strategy has scale paths (registry/<group>/<kind>/storage ScaleREST). */
export function scaleStorage(resource: APIResource): Capabilities {
  const view = asParent(resource);
  const admitted = asScale(resource);
  const rules = scaleRules(resource);
  return {
    async get(scope, resourceVersion) {
      const object = await asked(scope, (await getObject(scope, resourceVersion)).object, resource.apiVersion);
      if (rules?.path && rules.replicas(object) === undefined)
        throw internalError(`the spec replicas field ${pathText(rules.path)} does not exist`);
      return storedScale(resource, object);
    },
    async update(scope, { options, transform, applies }) {
      const updated = await updateObject(scope, {
        options,
        view,
        admitted,
        async transform(old) {
          if (old === undefined) throw badRequest('nothing to scale');
          const standing = await asked(scope, old, resource.apiVersion);
          const managers = standing.metadata.managedFields ?? [];
          const live = scaleOf(resource, standing);
          if (managers.length > 0) live.metadata.managedFields = scaleManagers(managers, rules?.path);
          const scale = (await transform(live)) as Scale;
          checkScale(scope, scale, standing);
          if (!applies) ownFields(scope, scale, live);
          const object = plainCopy(standing);
          rules?.setReplicas(object, scale.spec?.replicas ?? 0);
          if (scale.metadata.resourceVersion) object.metadata.resourceVersion = scale.metadata.resourceVersion;
          else delete object.metadata.resourceVersion;
          if (scope.manager !== '')
            setManagers(
              object,
              managersAfterScale(managers, scale.metadata.managedFields ?? [], { apiVersion: resource.apiVersion, path: rules?.path }),
            );
          return asked(scope, object, resource.stored.apiVersion);
        },
      });
      const written = await asked(scope, storedOf(updated.value, updated.revision).object, resource.apiVersion);
      const { value } = storedScale(resource, written);
      return { value, created: false };
    },
  };
}

/** The Table columns of a Scale (pkg/printers/internalversion printScale). */
export const scaleShape: ResourceStrategy<Scale> = {
  group: 'autoscaling',
  resource: 'scale',
  columns: [
    { name: 'Name', type: 'string', cell: ({ metadata }) => metadata.name },
    { name: 'Desired', type: 'integer', cell: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Available', type: 'integer', cell: ({ status }) => status.replicas },
    { name: 'Age', type: 'string', cell: ({ metadata }, now) => ageOf(metadata.creationTimestamp, now) },
  ],
};

const ageOf = (created: string | undefined, now: Instant): string =>
  created ? humanDuration(now - (parseTime(created) ?? now)) : '<unknown>';
