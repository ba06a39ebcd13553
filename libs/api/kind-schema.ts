import type { SchemaStruct } from '#apimachinery';
import { type DecodedValue, decodeParsedJson, decodeValue, type FieldValidation } from './decode-value.js';
import { applyDefaultsOf } from './defaults.js';
import type { Definition } from './definition.js';
import { nullEmptyListsOf } from './null-empty.js';
import { type GroupVersionKind, scheme } from './scheme.js';
import { decodeUnstructured } from './unstructured.js';

/**
 * What the pipeline has to know of a kind's fields. The kinds of libs/api's schema have one each (`kindSchema`); the schema of a
 * CustomResourceDefinition becomes one too.
 */
export interface KindSchema {
  /** What patches and managed fields look at: the struct of the kind. */
  readonly struct: SchemaStruct;
  /** The definition for the protobuf codec; none where the kind has no protobuf form. */
  readonly definition?: Definition;
  /**
   * What OpenAPI publishes of a kind without a definition: a schema without references. apiVersion, kind and metadata are put in;
   * where it is left out, the kind may hold anything else.
   */
  readonly published?: Readonly<Record<string, unknown>>;
  /** Reads a plain value; throws DecodeError. The value may share lists and maps with the result. */
  decode(value: unknown, validation: FieldValidation): DecodedValue;
  /** The same for what `parseJson` read from a text, whose repeated keys count. */
  decodeJson(text: string, value: unknown, validation: FieldValidation): DecodedValue;
  /** The same for the outcome of a strategic merge patch, with the texts of upstream's unstructured converter. */
  decodePatched(value: unknown, validation: FieldValidation): DecodedValue;
  /** Sets the schema's defaults in place. Idempotent. */
  applyDefaults(object: object): void;
  /** The last step before an object is stored. */
  prepareForStorage(object: object): void;
}

/** Finds the schema of a kind; undefined for one that is not served. */
export type SchemaLookup = (gvk: GroupVersionKind) => KindSchema | undefined;

const made = new WeakMap<Definition, KindSchema>();

function schemaOf(definition: Definition): KindSchema {
  return {
    struct: definition,
    definition,
    decode: (value, validation) => decodeValue(definition, value, validation),
    decodeJson: (text, value, validation) => decodeParsedJson(definition, text, value, validation),
    decodePatched: (value, validation) => decodeUnstructured(definition, value, validation),
    applyDefaults: (object) => applyDefaultsOf(definition, object),
    prepareForStorage: (object) => nullEmptyListsOf(definition, object),
  };
}

/** The schema of a built-in kind; undefined where libs/api's schema does not know it. */
export const kindSchema: SchemaLookup = (gvk) => {
  const definition = scheme.definitionFor(gvk);
  if (definition === undefined) return undefined;
  const known = made.get(definition);
  if (known !== undefined) return known;
  const schema = schemaOf(definition);
  made.set(definition, schema);
  return schema;
};
