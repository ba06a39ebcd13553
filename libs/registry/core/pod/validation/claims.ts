import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  required,
} from '#apimachinery';
import { internalForm } from '../../../internal-form/internal-form.js';
import { invalidName } from '../../checks.js';

function validateClaim(claim: corev1.PodResourceClaim, names: Set<string>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { name, resourceClaimName: own, resourceClaimTemplateName: template } = claim;
  if (!name) errors.push(required(path.child('name')));
  else if (names.has(name)) errors.push(duplicate(path.child('name'), name));
  else {
    append(errors, invalidName(path.child('name'), name, isDNS1123Label(name)));
    names.add(name);
  }
  const refuse = (text: string): void => {
    errors.push(invalidValue(path, internalForm('PodResourceClaim', claim), text));
  };
  if (own !== undefined && template !== undefined) {
    refuse('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
  }
  if (own === undefined && template === undefined) refuse('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
  if (own !== undefined) append(errors, invalidName(path.child('resourceClaimName'), own, isDNS1123Subdomain(own)));
  if (template !== undefined) append(errors, invalidName(path.child('resourceClaimTemplateName'), template, isDNS1123Subdomain(template)));
  return errors;
}

/** Resource claims; static pods may not have any (validatePodResourceClaims). */
export function validatePodClaims(claims: readonly corev1.PodResourceClaim[], path: FieldPath, isMirror: boolean): FieldError[] {
  const names = new Set<string>();
  return claims.flatMap((claim, index) =>
    isMirror ? [fieldForbidden('', 'static pods do not support resource claims')] : validateClaim(claim, names, path.index(index)),
  );
}
