import type { apiextensionsv1 } from '#api';
import { validateSchema, validateSelectableFields } from '#apiextensions';
import { append, deepEqual, type FieldError, goIsPrint, invalidValue, required } from '#apimachinery';
import { lowered } from './definition-names.js';

type Version = apiextensionsv1.CustomResourceDefinitionVersion;
type Spec = Partial<apiextensionsv1.CustomResourceDefinitionSpec>;

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnErrors(
  path: string,
  { name = '', type = '', format = '', jsonPath = '' }: apiextensionsv1.CustomResourceColumnDefinition,
): FieldError[] {
  const errors: FieldError[] = [];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (name === '') errors.push(required(`${path}.name`));
  if (type === '') errors.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(`${path}.type`, type, types));
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  if (jsonPath === '') errors.push(required(`${path}.JSONPath`));
  return jsonPath === '' ? errors : [...errors, ...simplePath(`${path}.JSONPath`, jsonPath)];
}

const simplePath = (path: string, value: string): FieldError[] =>
  value.startsWith('.') ? [] : [invalidValue(path, value, 'must be a simple json path starting with .')];

function scaleErrors(path: string, scale: apiextensionsv1.CustomResourceSubresourceScale): FieldError[] {
  const errors: FieldError[] = [];
  const rooted = (field: 'specReplicasPath' | 'statusReplicasPath' | 'labelSelectorPath', roots: string[], name: string): void => {
    const value = scale[field] ?? '';
    const at = `${path}.${field}`;
    if (value === '') {
      if (field !== 'labelSelectorPath') errors.push(required(at));
      return;
    }
    const simple = simplePath(at, value);
    if (simple.length > 0) append(errors, simple);
    else if (!roots.some((root) => value.startsWith(`${root}.`)))
      errors.push(invalidValue(at, value, `should be a json path under ${name}`));
  };
  rooted('specReplicasPath', ['.spec'], '.spec');
  rooted('statusReplicasPath', ['.status'], '.status');
  rooted('labelSelectorPath', ['.spec', '.status'], 'either .spec or .status');
  return errors;
}

/** Characters that may be in a warning. */
function deprecationErrors(path: string, { deprecated, deprecationWarning: text }: Version): FieldError[] {
  if (text === undefined) return [];
  const wrong = (message: string): FieldError => invalidValue(path, text, message);
  if (!deprecated) return [wrong('can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(text) > 256) errors.push(wrong('must be <= 256 characters long'));
  if (text === '') errors.push(wrong('must not be an empty string'));
  const index = [...text].findIndex((character) => !goIsPrint(character));
  if (index >= 0) {
    const bytes = Buffer.byteLength([...text].slice(0, index).join(''));
    errors.push(wrong(`must only contain printable UTF-8 characters; non-printable character found at index ${bytes}`));
  }
  return errors;
}

/** The parts of a version that upstream keeps in the spec itself if they are the same in all versions. */
const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

interface Parts {
  /** What all versions have in common. */
  shared: Partial<Version>;
  /** What is their own. */
  own: readonly Version[];
}

/** Errors name fields of the internal type, to which versions have been converted (apiextensions/v1/conversion.go). */
function partsOf(versions: readonly Version[]): Parts {
  const [first] = versions;
  if (first === undefined) return { shared: {}, own: [] };
  const shared: Partial<Version> = {};
  const own = versions.map((version) => ({ ...version }));
  for (const name of SHARED) {
    if (!versions.every((version) => deepEqual(version[name] ?? null, first[name] ?? null))) continue;
    if (first[name] !== undefined) Object.assign(shared, { [name]: first[name] });
    for (const version of own) delete version[name];
  }
  return { shared, own };
}

const WITH_SCHEMA = {
  schema: '`version.schema.openAPIV3Schema` is not included',
  validation: 'validations.schema is included',
} as const;

/** The errors of a version, or of what all versions share; `schema` is the name of the field that has the schema. */
function partErrors(
  path: string,
  part: Partial<Version>,
  { field, status }: { field: keyof typeof WITH_SCHEMA; status: boolean },
): FieldError[] {
  const { schema, subresources, additionalPrinterColumns: columns = [], selectableFields = [] } = part;
  const errors: FieldError[] = [];
  const openAPI = schema?.openAPIV3Schema;
  if (openAPI) append(errors, validateSchema(`${path}.${field}.openAPIV3Schema`, openAPI, { status }));
  if (subresources?.scale) append(errors, scaleErrors(`${path}.subresources.scale`, subresources.scale));
  for (const [index, column] of columns.entries()) append(errors, columnErrors(`${path}.additionalPrinterColumns[${index}]`, column));
  if (selectableFields.length === 0) return errors;
  const at = `${path}.selectableFields`;
  if (openAPI) return [...errors, ...validateSelectableFields(at, selectableFields, openAPI)];
  // Upstream asks for them where the schema is: in the version, or with it in what all versions share.
  return [...errors, invalidValue(at, '', `may only be set when ${WITH_SCHEMA[field]}`)];
}

const hasDefaults = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  (((schema as { default?: unknown }).default ?? null) !== null || Object.values(schema).some(hasDefaults));

/** What is wrong with the versions, each by itself and all together. */
export function versionsErrors({ versions = [], preserveUnknownFields }: Spec): FieldError[] {
  const { shared, own } = partsOf(versions);
  const errors: FieldError[] = [];
  if (!shared.schema?.openAPIV3Schema)
    for (const [index, { schema }] of own.entries())
      if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
  if (preserveUnknownFields && versions.some(({ schema }) => hasDefaults(schema)))
    errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  const statusOf = ({ subresources }: Partial<Version>): boolean => Boolean(subresources?.status);
  for (const [index, version] of own.entries()) {
    const path = `spec.versions[${index}]`;
    append(errors, lowered(`${path}.name`, version.name ?? ''));
    append(errors, deprecationErrors(`${path}.deprecationWarning`, version));
    append(errors, partErrors(path, version, { field: 'schema', status: statusOf(version) || statusOf(shared) }));
  }
  const names = versions.map(({ name }) => name);
  if (new Set(names).size < names.length) errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  // The internal type has the first version's name besides.
  const [first] = versions;
  if (first?.name) append(errors, lowered('spec.version', first.name));
  return errors;
}

/** What is wrong with what all versions have in common. */
export function sharedErrors({ versions = [] }: Spec): FieldError[] {
  const { shared } = partsOf(versions);
  return partErrors('spec', shared, { field: 'validation', status: versions.some(({ subresources }) => subresources?.status) });
}
