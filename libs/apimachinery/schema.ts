/**
 * What merging, patching and field tracking need to know about a type. The definitions of the API's schema (libs/api definition.ts) have
 * this form, and so does a converted CustomResourceDefinition's schema.
 */
export interface SchemaStruct {
  /** Go's name of the struct, for error messages: `DeploymentSpec`. */
  readonly name: string;
  readonly byName: ReadonlyMap<string, SchemaField>;
  /** The type of fields that are not declared; unset if there may be none. */
  readonly others?: SchemaType;
  /** Set if the struct has a custom encoding (Quantity, Time …): a leaf. */
  readonly special?: string;
  readonly source?: { readonly mapType?: 'atomic' | 'granular' };
}

/** A type: structs, lists and maps are traversed; everything else is a leaf. */
export type SchemaType =
  | { readonly of: 'struct'; readonly definition: SchemaStruct }
  | { readonly of: 'list'; readonly items: SchemaType }
  | { readonly of: 'map'; readonly values: SchemaType }
  /** Typed by the value: objects are maps of untyped values, lists are atomic. */
  | { readonly of: 'untyped' }
  | { readonly of: SchemaLeaf };

/** Types that are never traversed. */
export type SchemaLeaf =
  | 'string'
  | 'bytes'
  | 'int32'
  | 'int64'
  | 'double'
  | 'boolean'
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

/** A field of a struct, with its merge markers. */
export interface SchemaField {
  readonly name: string;
  readonly type: SchemaType;
  /** Encoded even if empty. */
  readonly keepZero: boolean;
  /** A pointer: its zero value is null. */
  readonly pointer: boolean;
  readonly default?: unknown;
  readonly listType?: 'atomic' | 'map' | 'set';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  /** `merge`, `retainKeys`, `merge,retainKeys`, `replace`. */
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}
