/**
 * What merging, patching and field tracking have to know of a type. The definitions of the API's one schema fit these shapes as they are
 * (libs/api definition.ts), and so does whatever a CustomResourceDefinition's schema is turned into.
 */
export interface SchemaStruct {
  /** Go's name of the struct, for error texts: `DeploymentSpec`. */
  readonly name: string;
  readonly byName: ReadonlyMap<string, SchemaField>;
  /** Set where the struct is written as something else (Quantity, Time …): a leaf. */
  readonly special?: string;
  readonly source?: { readonly mapType?: 'atomic' | 'granular' };
}

/** A type: struct, list and map look inside; everything else is a leaf. */
export type SchemaType =
  | { readonly of: 'struct'; readonly definition: SchemaStruct }
  | { readonly of: 'list'; readonly items: SchemaType }
  | { readonly of: 'map'; readonly values: SchemaType }
  | { readonly of: SchemaLeaf };

/** Types that are never looked into. */
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

/** A field of a struct, with the markers that say how it is merged. */
export interface SchemaField {
  readonly name: string;
  readonly type: SchemaType;
  /** Written even when empty. */
  readonly keepZero: boolean;
  /** A pointer: its zero is null. */
  readonly pointer: boolean;
  readonly default?: unknown;
  readonly listType?: 'atomic' | 'map' | 'set';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  /** `merge`, `retainKeys`, `merge,retainKeys`, `replace`. */
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}
