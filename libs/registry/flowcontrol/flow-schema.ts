import type { flowcontrolv1 } from '#api';
import type { FieldError } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';
import { conditionErrors } from './conditions.js';
import { flowSchemaSpecErrors } from './flow-schema-validation.js';

const validate = ({ metadata, spec, status }: flowcontrolv1.FlowSchema): FieldError[] => [
  ...flowSchemaSpecErrors(metadata.name, spec ?? {}),
  ...conditionErrors(status?.conditions),
];

/** FlowSchema (registry/flowcontrol/flowschema). */
export const flowSchema = overNulls<flowcontrolv1.FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'flowschemas',
  prepareForCreate(object) {
    object.status = {};
    firstGeneration(object);
  },
  prepareForUpdate(object, old) {
    nextGeneration(object, old, ({ spec }) => spec);
    keepStatus(object, old);
  },
  validate,
  validateUpdate: validate,
  subresources: {
    status: {
      prepareForUpdate: (object, old) => keepSpec(object, old, true),
      validateUpdate: ({ status }) => conditionErrors(status?.conditions),
    },
  },
  columns: [
    nameColumn,
    { name: 'PriorityLevel', type: 'string', cell: ({ spec }) => spec.priorityLevelConfiguration.name },
    { name: 'MatchingPrecedence', type: 'string', cell: ({ spec }) => spec.matchingPrecedence ?? 0 },
    { name: 'DistinguisherMethod', type: 'string', cell: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>' },
    ageColumn,
    { name: 'MissingPL', type: 'string', cell: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?' },
  ],
});
