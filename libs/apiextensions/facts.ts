import type { apiextensionsv1 } from '#api';
import { hasFormat } from './formats/formats.js';

type Schema = apiextensionsv1.JSONSchemaProps;

/** What a node says about the types of values. */
export interface Facts {
  /** Whether any type is asked for. */
  readonly typed: boolean;
  readonly string: boolean;
  /** Numbers are looked at further. */
  readonly number: boolean;
  readonly boolean: boolean;
  readonly array: boolean;
  readonly object: boolean;
  /** The format that is validated; others are ignored (apiserver/validation/formats.go StripUnsupportedFormats). */
  readonly format: string;
  /** Whether it is one of strings. */
  readonly checksFormat: boolean;
  /** Whether values are listed. */
  readonly listed: boolean;
  /** Whether there are alternatives. */
  readonly branches: boolean;
}

/** The format of a schema that is validated; '' if it is not known. */
export function formatOf({ format = '', type = '', 'x-kubernetes-int-or-string': either }: Schema): string {
  if (format === '') return '';
  if (either || type === '' || type === 'string') return hasFormat(format) ? format : '';
  if (type === 'integer') return format === 'int32' || format === 'int64' ? format : '';
  if (type === 'number') return format === 'float' || format === 'double' ? format : '';
  return '';
}

/** Works out what a schema says about types. */
export function factsOf(schema: Schema): Facts {
  const { type = '', anyOf, oneOf, allOf, not } = schema;
  const either = schema['x-kubernetes-int-or-string'] === true;
  const format = formatOf(schema);
  const untyped = !either && type === '';
  const numeric = either || type === 'integer' || type === 'number';
  const checksFormat = format !== '' && hasFormat(format);
  return {
    typed: !untyped || format !== '',
    // With a format, texts and lists are not held to the type: the format decides.
    string: untyped || either || type === 'string' || (checksFormat && !numeric),
    number: (untyped && format === '') || numeric,
    boolean: (untyped && format === '') || type === 'boolean',
    array: untyped || type === 'array' || (checksFormat && !numeric),
    object: (untyped && format === '') || type === 'object',
    format,
    checksFormat,
    listed: (schema.enum?.length ?? 0) > 0,
    branches: Boolean(anyOf?.length || oneOf?.length || allOf?.length || not),
  };
}
