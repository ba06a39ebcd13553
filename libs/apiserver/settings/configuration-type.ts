import { goQuote, isJsonObject } from '#apimachinery';

/** The fields of a configuration: an object's, each element's of a list of objects, or none that are looked into. */
export type ConfigurationFields = { readonly [name: string]: 'value' | ConfigurationFields | readonly [ConfigurationFields] };

/** What a configuration's document may be. */
export interface ConfigurationType {
  /** Its versions, each with the kind's name there. */
  readonly kinds: ReadonlyArray<readonly [apiVersion: string, kind: string]>;
  /** Set where it is decoded strictly: all other fields are refused. */
  readonly fields?: ConfigurationFields;
}

const HEAD = ['kind', 'apiVersion'];

/** The paths of the fields that a type does not have. */
function unknownFields(value: unknown, fields: ConfigurationFields, path = ''): string[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, below]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined) return path === '' && HEAD.includes(name) ? [] : [at];
    if (known === 'value') return [];
    const [element] = Array.isArray(known) ? known : [];
    if (element === undefined) return unknownFields(below, known as ConfigurationFields, at);
    return (Array.isArray(below) ? below : []).flatMap((each, index) => unknownFields(each, element, `${at}[${index}]`));
  });
}

/** Throws an Error with the message of upstream's decoder if a document is not of the type (apimachinery/pkg/runtime Decode). */
export function checkType(document: unknown, { kinds, fields }: ConfigurationType): void {
  const { kind = '', apiVersion = '' } = isJsonObject(document) ? document : {};
  if (kind === '') throw new Error(`Object 'Kind' is missing in '${JSON.stringify(document)}'`);
  if (apiVersion === '') throw new Error(`Object 'apiVersion' is missing in '${JSON.stringify(document)}'`);
  if (!kinds.some(([version, name]) => version === apiVersion && name === kind))
    throw new Error(`no kind ${goQuote(String(kind))} is registered for version ${goQuote(String(apiVersion))}`);
  const unknown = fields ? unknownFields(document, fields) : [];
  if (unknown.length === 0) return;
  throw new Error(`strict decoding error: ${unknown.map((path) => `unknown field ${goQuote(path)}`).join(', ')}`);
}
