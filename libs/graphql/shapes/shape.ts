import type { GraphQLEnumType } from 'graphql';

/** What a value is, from which the graph's types for reading, writing and asking are made alike. */
export type Shape =
  | { readonly of: 'text' | 'bytes' | 'int32' | 'int64' | 'double' | 'boolean' | 'quantity' | 'time' | 'intOrString' | 'json' }
  /** Maps by key: of texts (labels), of bytes in base64 (a Secret's data), of amounts by resource (requests). */
  | { readonly of: 'texts' | 'bytesByKey' | 'amounts' }
  /** One of fixed texts. */
  | { readonly of: 'enum'; readonly type: GraphQLEnumType }
  /** `nullable`: its items may be null. */
  | { readonly of: 'list'; readonly items: Shape; readonly nullable?: boolean }
  | { readonly of: 'struct'; readonly struct: Struct }
  /** Structs by key. */
  | { readonly of: 'structsByKey'; readonly struct: Struct };

/** One field of a struct. */
export interface ShapeField {
  /** Its name in GraphQL. */
  readonly name: string;
  /** Its name in the object. */
  readonly key: string;
  readonly shape: Shape;
  readonly description?: string | undefined;
  /** Why it is deprecated; unset: it is not. */
  readonly deprecated?: string | undefined;
  /** Whether the API refuses objects without it. */
  readonly required: boolean;
  /** Whether it is in every object that the API answers with, also when it is empty. */
  readonly given: boolean;
  /** What a number or boolean is that is not written, because it is empty; unset: it is not set, which is something else. */
  readonly empty?: number | boolean | undefined;
}

/** An object with known fields. Equal structs are the same object: types made of one are found by it. */
export interface Struct {
  /** The name of its type in GraphQL, which the names of other types of it start with. */
  readonly name: string;
  readonly description?: string | undefined;
  /** Read on first use: structs may contain one another. */
  readonly fields: readonly ShapeField[];
  /** Whether objects may have other fields, too, or values that are none of the schema's: those of a cluster's own kinds. */
  readonly open: boolean;
}

/**
 * The name of another type of a struct, such as `PodSpecInput`. The types of a cluster's own kinds have an underscore in between, as no name
 * of theirs has one at that place: no two of them conflict, however the kinds and their fields are named.
 */
export const derivedName = ({ name, open }: Struct, suffix: string): string => (open ? `${name}_${suffix}` : name + suffix);

/** A field that every object of a struct has. */
export const always = (key: string, shape: Shape, description: string): ShapeField => ({
  ...{ name: key, key, shape, description },
  required: true,
  given: true,
});

/** What every object has. `metadata`: the struct of its metadata. */
export const fieldsOfObjects = (metadata: Struct): ShapeField[] => [
  always('apiVersion', { of: 'text' }, 'Its group and version: apps/v1.'),
  always('kind', { of: 'text' }, 'What it is: Deployment.'),
  always('metadata', { of: 'struct', struct: metadata }, 'What every object has: its name, labels and so on.'),
];
