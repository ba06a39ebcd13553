/**
 * The resolved graph of the API's definitions: references are resolved to objects, so that a compiled walker does no lookups. Read from
 * schema/definitions, whose terms are explained in this lib's README.
 */
export type Type =
  | { readonly of: 'string'; readonly enum?: readonly string[] }
  | { readonly of: 'bytes' | 'int32' | 'int64' | 'double' | 'boolean' }
  | { readonly of: 'struct'; readonly definition: Definition }
  | { readonly of: 'list'; readonly items: Type }
  /** `wrapped`: the values are lists that protobuf wraps in a message of their own (Go's ExtraValue). */
  | { readonly of: 'map'; readonly values: Type; readonly wrapped: boolean }
  | { readonly of: Special };

/** Types with their own JSON and protobuf forms. `raw` is runtime.RawExtension, `fields` FieldsV1, `json` apiextensions' JSON. */
export type Special =
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'intOrString'
  | 'raw'
  | 'fields'
  | 'json'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStrings';

/** One field of a definition, under its JSON name. */
export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
  /** A pointer in Go: an explicit zero value is kept. */
  readonly pointer: boolean;
  /** Written even when empty (Go: no omitempty, or a struct by value). */
  readonly keepZero: boolean;
  /** Numbers through the embedded messages down to the field; empty when the field has no protobuf form (kind, apiVersion). */
  readonly proto: readonly number[];
  /** Published in OpenAPI. */
  readonly default?: unknown;
  /** Applied by the server, not published. An object is merged key by key. */
  readonly serverDefault?: unknown;
  readonly listType?: 'atomic' | 'map' | 'set';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  /** The field's type as Go's reflection prints it, e.g. `[]v1.Container`, for error messages. */
  readonly go: string;
  /** The type of an element of a list or map, as Go prints it. */
  readonly goElement: string;
  /** The schema's own description of the field, for documents generated from it. */
  readonly source: FieldSource;
}

/** A struct of the API. */
export interface Definition {
  /** `core.v1.PodSpec`. */
  readonly id: string;
  /** `PodSpec`. */
  readonly name: string;
  /** `core.v1`. */
  readonly package: string;
  /** `io.k8s.api.core.v1.PodSpec`. */
  readonly openapi: string;
  readonly gvk?: readonly [group: string, version: string, kind: string];
  /** The kind belongs to every group version (DeleteOptions, WatchEvent). */
  readonly allGroups: boolean;
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  /** Fields of a type that is not a struct (Quantity, Time …). */
  readonly special?: Special;
  readonly source: DefinitionSource;
}

/** A field in schema/definitions/*.json. */
export interface FieldSource {
  ref?: string;
  type?: string;
  items?: FieldSource;
  values?: FieldSource;
  format?: string;
  enum?: string[];
  default?: unknown;
  serverDefault?: unknown;
  listType?: 'atomic' | 'map' | 'set';
  listMapKeys?: string[];
  mapType?: 'atomic' | 'granular';
  patchStrategy?: string;
  patchMergeKey?: string;
  required?: boolean;
  pointer?: boolean;
  keepZero?: boolean;
  go?: string;
  proto?: number | number[];
}

/** A definition in schema/definitions/*.json. */
export interface DefinitionSource {
  gvk?: [string, string, string];
  fields?: Record<string, FieldSource>;
  type?: string;
  format?: string;
  mapType?: 'atomic' | 'granular';
  allGroups?: boolean;
  /** Used by the server, but not published in OpenAPI (PartialObjectMetadata). */
  hidden?: boolean;
  unions?: Array<{ discriminator?: string; 'fields-to-discriminateBy': Record<string, string> }>;
}

/** One package of definitions: a file of schema/definitions. */
export interface PackageSource {
  openapi: string;
  proto?: string;
  definitions: Record<string, DefinitionSource>;
}
