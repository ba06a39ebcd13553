import type { appsv1 } from '#api';
import { controllerOf, type FieldError, required } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { immutable, nonNegative } from '../core/checks.js';

type ControllerRevision = appsv1.ControllerRevision;

function validateData(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  return typeof data === 'object' && !Array.isArray(data) ? [] : [required('data', 'data must be a valid JSON object')];
}

function controller(object: ControllerRevision): string {
  const owner = controllerOf(object);
  if (!owner) return '<none>';
  const group = owner.apiVersion.includes('/') ? owner.apiVersion.split('/', 1)[0] : '';
  return `${(group ? `${owner.kind}.${group}` : owner.kind).toLowerCase()}/${owner.name}`;
}

/** ControllerRevisions (pkg/registry/apps/controllerrevision): immutable data. */
export const controllerRevision: ResourceStrategy<ControllerRevision> = {
  group: 'apps',
  resource: 'controllerrevisions',
  validate: (object) => [...nonNegative(object.revision, 'revision'), ...validateData(object.data)],
  validateUpdate: (object, old) => [...nonNegative(object.revision, 'revision'), ...immutable(object.data, old.data, 'data')],
  columns: [
    nameColumn,
    { name: 'Controller', type: 'string', description: 'Controller of the object', cell: controller },
    { name: 'Revision', type: 'string', cell: (object) => object.revision ?? 0 },
    ageColumn,
  ],
};
