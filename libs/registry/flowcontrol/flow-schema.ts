import type { flowcontrolv1 } from '#api';
import type { FieldError } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { conditionErrors, specAndStatus } from './conditions.js';
import { flowSchemaSpecErrors } from './flow-schema-validation.js';

const validate = ({ metadata, spec, status }: flowcontrolv1.FlowSchema): FieldError[] => [
  ...flowSchemaSpecErrors(metadata.name, spec ?? {}),
  ...conditionErrors(status?.conditions),
];

/** FlowSchema (registry/flowcontrol/flowschema). */
export const flowSchema = overNulls<flowcontrolv1.FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'flowschemas',
  ...specAndStatus(),
  validate,
  validateUpdate: validate,
  columns: [
    nameColumn,
    { name: 'PriorityLevel', type: 'string', cell: ({ spec }) => spec.priorityLevelConfiguration.name },
    { name: 'MatchingPrecedence', type: 'string', cell: ({ spec }) => spec.matchingPrecedence ?? 0 },
    { name: 'DistinguisherMethod', type: 'string', cell: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>' },
    ageColumn,
    { name: 'MissingPL', type: 'string', cell: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?' },
  ],
});
