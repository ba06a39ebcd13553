import type { apiextensionsv1 } from '#api';
import { deepEqual } from '#apimachinery';

/** Which names of a CustomResourceDefinition are accepted (apiextensions-apiserver/pkg/controller/status/naming_controller.go). Pure. */
type Definition = apiextensionsv1.CustomResourceDefinition;
type Names = apiextensionsv1.CustomResourceDefinitionNames;

export interface AcceptedNames {
  names: Names;
  /** What is wrong; undefined if all names are accepted. */
  conflict?: { reason: string; message: string };
}

/** The names that the definitions of a group have. */
function usedNames(definitions: readonly Definition[]): { resources: Set<string>; kinds: Set<string> } {
  const accepted = definitions.flatMap(({ status }) => status?.acceptedNames ?? []);
  return {
    resources: new Set(accepted.flatMap(({ plural, singular, shortNames }) => [plural, singular ?? '', ...(shortNames ?? [])])),
    kinds: new Set(accepted.flatMap(({ kind, listKind }) => [kind, listKind ?? ''])),
  };
}

const inUse = (name: string): string => `"${name}" is already in use`;

/** Several errors as one text (utilerrors.NewAggregate). */
const aggregate = (messages: readonly string[]): string =>
  messages.length === 1 ? (messages[0] ?? '') : `[${[...new Set(messages)].join(', ')}]`;

/** The names that a definition may use; `group`: all definitions of its group, itself included. */
export function acceptNames({ spec, status }: Definition, group: readonly Definition[]): AcceptedNames {
  const wanted = spec.names;
  const present: Names = status?.acceptedNames ?? { plural: '', kind: '' };
  const { resources, kinds } = usedNames(group);
  const names: Names = { ...present };
  let conflict: AcceptedNames['conflict'];
  const single = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, used: ReadonlySet<string>): void => {
    const [asked, accepted] = [wanted[field] ?? '', present[field] ?? ''];
    if (asked === accepted || !used.has(asked)) names[field] = asked;
    else conflict = { reason, message: inUse(asked) };
  };
  single('plural', 'PluralConflict', resources);
  single('singular', 'SingularConflict', resources);
  if (!deepEqual(wanted.shortNames ?? [], present.shortNames ?? [])) {
    const taken = (wanted.shortNames ?? []).filter((name) => !present.shortNames?.includes(name) && name !== '' && resources.has(name));
    if (taken.length > 0) conflict = { reason: 'ShortNamesConflict', message: aggregate(taken.map(inUse)) };
    else if (wanted.shortNames) names.shortNames = wanted.shortNames;
    else delete names.shortNames;
  }
  single('kind', 'KindConflict', kinds);
  single('listKind', 'ListKindConflict', kinds);
  if (wanted.categories) names.categories = wanted.categories;
  else delete names.categories;
  return { names, ...(conflict ? { conflict } : {}) };
}
