import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  invalidValue,
  isDNS1123Subdomain,
  isValidLabelValue,
  required,
  validateLabelName,
} from '#apimachinery';
import { invalidName } from '../../checks.js';

type Requirement = corev1.NodeSelectorRequirement;

function validateOperator({ operator, values = [] }: Requirement, path: FieldPath): FieldError[] {
  const at = path.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [required(at, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0 ? [] : [fieldForbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      return values.length === 1 ? [] : [required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidValue(path.child('operator'), operator ?? '', 'not a valid selector operator')];
  }
}

function validateExpression(requirement: Requirement, path: FieldPath, anyValue: boolean): FieldError[] {
  const errors = [...validateOperator(requirement, path), ...validateLabelName(requirement.key ?? '', path.child('key'))];
  if (anyValue) return errors;
  for (const [index, value] of (requirement.values ?? []).entries()) {
    append(errors, invalidName(path.child('values').index(index), value, isValidLabelValue(value)));
  }
  return errors;
}

/** Only the name field of a node can be selected. */
function validateField({ key, operator, values = [] }: Requirement, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalidValue(path.child('operator'), operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const text = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(path.child('values'), text));
  }
  if (key !== 'metadata.name') return [...errors, invalidValue(path.child('key'), key ?? '', 'not a valid field selector key')];
  for (const [index, value] of values.entries()) {
    append(errors, invalidName(path.child('values').index(index), value, isDNS1123Subdomain(value)));
  }
  return errors;
}

/** One term; `anyValue`: values need not be valid label values, as in preferences (ValidateNodeSelectorTerm). */
export function validateNodeSelectorTerm(term: corev1.NodeSelectorTerm, path: FieldPath, anyValue: boolean): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((each, index) =>
      validateExpression(each, path.child('matchExpressions').index(index), anyValue),
    ),
    ...(term.matchFields ?? []).flatMap((each, index) => validateField(each, path.child('matchFields').index(index))),
  ];
}

/** Terms of which a node must match at least one (ValidateNodeSelector). */
export function validateNodeSelector(selector: corev1.NodeSelector, path: FieldPath): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? [];
  const at = path.child('nodeSelectorTerms');
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateNodeSelectorTerm(term, at.index(index), false));
}
