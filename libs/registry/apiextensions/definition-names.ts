import type { apiextensionsv1 } from '#api';
import { append, type FieldError, invalidValue, isDNS1035Label, required } from '#apimachinery';

/** The names of a definition, in its spec or its status. */
export type Names = Partial<apiextensionsv1.CustomResourceDefinitionNames>;

/** A name as a label; several messages are one error. */
export function lowered(path: string, value: string): FieldError[] {
  const messages = isDNS1035Label(value);
  return messages.length > 0 ? [invalidValue(path, value, messages.join(','))] : [];
}

/** A kind is a label, apart from its upper-case letters. */
function kindErrors(path: string, value: string): FieldError[] {
  const messages = isDNS1035Label(value.toLowerCase());
  return messages.length > 0 ? [invalidValue(path, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`)] : [];
}

/** Names that the spec must have, unlike the status. */
export function requiredNames({ plural, singular, kind, listKind }: Names): FieldError[] {
  const at = 'spec.names';
  return Object.entries({ plural, singular, kind, listKind }).flatMap(([name, value]) => (value ? [] : [required(`${at}.${name}`)]));
}

/** apiextensions/validation ValidateCustomResourceDefinitionNames. */
export function nameErrors(path: string, names: Names): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  if (plural !== '') append(errors, lowered(`${path}.plural`, plural));
  if (singular !== '') append(errors, lowered(`${path}.singular`, singular));
  if (kind !== '') append(errors, kindErrors(`${path}.kind`, kind));
  if (listKind !== '') append(errors, kindErrors(`${path}.listKind`, listKind));
  for (const [index, name] of shortNames.entries()) append(errors, lowered(`${path}.shortNames[${index}]`, name));
  if (kind !== '' && kind === listKind) errors.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  for (const [index, name] of categories.entries()) append(errors, lowered(`${path}.categories[${index}]`, name));
  return errors;
}
