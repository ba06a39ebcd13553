import type { apiextensionsv1 } from '#api';
import { prepareDefinitions, unrecognizedFormats } from '#apiextensions';
import { goQuote } from '#apimachinery';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from './validation.js';

type Definition = apiextensionsv1.CustomResourceDefinition;

/** The status before the names have been accepted, with Go's zero values as clients see them. */
const UNNAMED: apiextensionsv1.CustomResourceDefinitionStatus = { conditions: [], acceptedNames: { plural: '', kind: '' } };

const storageVersion = ({ spec }: Definition): string | undefined => spec?.versions?.find(({ storage }) => storage)?.name;

/** Adds the current storage version to storedVersions. */
function rememberStorage(object: Definition): void {
  const version = storageVersion(object);
  // Null where a client has emptied it.
  const storedVersions = object.status?.storedVersions ?? [];
  if (version !== undefined && !storedVersions.includes(version))
    object.status = { ...object.status, storedVersions: [...storedVersions, version] };
}

/** CustomResourceDefinition (apiextensions-apiserver/pkg/registry/customresourcedefinition). */
export const customResourceDefinition = overNulls<Definition>({
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
  unconditionalUpdate: false,
  setDefaults({ spec }) {
    const names = spec?.names;
    if (!names) return;
    names.singular ||= (names.kind ?? '').toLowerCase();
    if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
  },
  prepareForCreate(object) {
    object.status = { ...UNNAMED };
    firstGeneration(object);
    rememberStorage(object);
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    nextGeneration(object, old, ({ spec }) => spec);
    rememberStorage(object);
  },
  async confirm({ spec }, _, ctx) {
    for (const { schema } of spec?.versions ?? [])
      if (schema?.openAPIV3Schema) await prepareDefinitions(schema.openAPIV3Schema, () => ctx.work?.pause());
  },
  validate: (object) => validateDefinition(object),
  validateUpdate: validateDefinitionUpdate,
  warnings(object, old) {
    const before = new Set(old ? formatsOf(old) : []);
    return formatsOf(object).flatMap((format) => (before.has(format) ? [] : [`unrecognized format ${goQuote(format)}`]));
  },
  subresources: {
    status: { prepareForUpdate: (object, old) => keepSpec(object, old), validateUpdate: (object) => validateDefinitionStatus(object) },
  },
});

const formatsOf = ({ spec }: Definition): string[] =>
  (spec?.versions ?? []).flatMap(({ schema }) => (schema?.openAPIV3Schema ? unrecognizedFormats(schema.openAPIV3Schema) : []));
