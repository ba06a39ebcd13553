import type { apiextensionsv1 } from '#api';
import { caBundleError, schemaProblems } from '#apiextensions';
import { deepEqual, formatTime, type Instant } from '#apimachinery';
import { conditionOf, setCondition, withoutCondition } from '#component-helpers';
import { apiApproval } from './api-approval.js';
import { acceptNames } from './names.js';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Condition = apiextensionsv1.CustomResourceDefinitionCondition;
type Status = apiextensionsv1.CustomResourceDefinitionStatus;

const sameNames = ({ spec, status }: Definition): boolean => deepEqual(spec.names, status?.acceptedNames);

/** The names and the conditions about them. Upstream sets Established in a second write; here one is enough. */
function withNames(definition: Definition, group: readonly Definition[], time: string): Status {
  const { status = {} } = definition;
  const present = status.conditions ?? [];
  if (sameNames(definition) && present.length > 0) {
    const refused = conditionOf(present, 'NamesAccepted')?.status !== 'True';
    return refused ? status : { ...status, conditions: setCondition(present, established(definition, false), time) };
  }
  const { names, conflict } = acceptNames(definition, group);
  const accepted: Condition = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const conditions = setCondition(present, accepted, time);
  return { ...status, acceptedNames: names, conditions: setCondition(conditions, established(definition, conflict !== undefined), time) };
}

/** Once established, always established: names that are in conflict later are not accepted, but the old ones are served. */
function established({ spec, status }: Definition, conflict: boolean): Condition {
  const before = conditionOf(status?.conditions, 'Established');
  if (before?.status === 'True') return before;
  if (conflict) return { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  if (caBundleError(spec.conversion?.webhook?.clientConfig?.caBundle) !== undefined)
    return { type: 'Established', status: 'False', reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' };
  return { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
}

/** pkg/controller/nonstructuralschema. */
function withStructure({ spec }: Definition, conditions: readonly Condition[], time: string): Condition[] {
  const message = schemaProblems(spec);
  if (message === '') return withoutCondition(conditions, 'NonStructuralSchema');
  return setCondition(conditions, { type: 'NonStructuralSchema', status: 'True', reason: 'Violations', message }, time);
}

/** The status that a definition should have; the same object if nothing changes. `group`: all definitions of its API group. Pure. */
export function nextStatus(definition: Definition, group: readonly Definition[], now: Instant): Status {
  const time = formatTime(now);
  const named = withNames(definition, group, time);
  const structured = withStructure(definition, named.conditions ?? [], time);
  const approval = apiApproval(definition);
  const conditions = approval ? setCondition(structured, approval, time) : structured;
  const next = { ...named, conditions };
  return deepEqual(next, definition.status) ? (definition.status ?? next) : next;
}
