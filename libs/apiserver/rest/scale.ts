import { badRequest, conflict, humanDuration, type Instant, invalid, invalidValue, type KubeObject, parseTime } from '#apimachinery';
import type { Endpoint } from '../catalog.js';
import type { WriteOptions } from '../request/options.js';
import type { RestScope } from './scope.js';
import type { SubresourceStrategy } from './strategy.js';
import type { IncludeObject, Table } from './table.js';
import { type Updated, updateObject } from './update.js';
import { partialMetadata } from './view.js';

/** autoscaling/v1 Scale. */
export interface Scale extends KubeObject {
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

/** The Scale of an object (pkg/registry/apps/deployment/storage scaleFromDeployment and the like). */
export function scaleOf(endpoint: Endpoint, object: KubeObject): Scale {
  const rules = endpoint.storage.strategy.scale;
  if (rules === undefined) throw badRequest(`${endpoint.resource} have no scale`);
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
  if (name !== scope.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${scope.name})`);
  if (replicas < 0) {
    const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, old.metadata.name, [error]);
  }
  if (uid && uid !== old.metadata.uid) {
    const text = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
    throw conflict({ group: 'autoscaling', resource: 'Scale' }, old.metadata.name, text);
  }
}

/** The parent is written as if by a plain update, so that its generation counts on. */
function asParent(endpoint: Endpoint): SubresourceStrategy {
  const { strategy } = endpoint.storage;
  return {
    prepareForUpdate: (object, old, ctx) => strategy.prepareForUpdate?.(object, old, ctx),
    validateUpdate: (object, old, ctx) => strategy.validateUpdate?.(object, old, ctx) ?? [],
  };
}

/** Writes a Scale: `make` gives the new one from the standing one. Throws StatusError. */
export async function updateScale(
  scope: RestScope,
  options: WriteOptions,
  make: (standing: Scale) => Scale | Promise<Scale>,
): Promise<Updated> {
  const { endpoint } = scope;
  return updateObject(scope, {
    options,
    view: asParent(endpoint),
    transform: async (standing) => {
      if (standing === undefined) throw badRequest('nothing to scale');
      const scale = await make(scaleOf(endpoint, standing));
      checkScale(scope, scale, standing);
      const object = structuredClone(standing);
      endpoint.storage.strategy.scale?.setReplicas(object, scale.spec?.replicas ?? 0);
      if (scale.metadata.resourceVersion) object.metadata.resourceVersion = scale.metadata.resourceVersion;
      else delete object.metadata.resourceVersion;
      return object;
    },
  });
}

const COLUMNS = [
  { name: 'Name', type: 'string', format: '', description: '', priority: 0 },
  { name: 'Desired', type: 'integer', format: '', description: '', priority: 0 },
  { name: 'Available', type: 'integer', format: '', description: '', priority: 0 },
  { name: 'Age', type: 'string', format: '', description: '', priority: 0 },
];

/** A Scale as a Table. */
export function scaleTable(scale: Scale, include: IncludeObject, now: Instant, version: string): Table {
  const { name, creationTimestamp, resourceVersion } = scale.metadata;
  const age = creationTimestamp ? humanDuration(now - (parseTime(creationTimestamp) ?? now)) : '<unknown>';
  const object = include === 'None' ? null : include === 'Object' ? scale : partialMetadata(scale, version);
  const rows = [{ cells: [name, scale.spec.replicas ?? 0, scale.status.replicas, age], object }];
  return { kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata: { resourceVersion }, columnDefinitions: COLUMNS, rows };
}
