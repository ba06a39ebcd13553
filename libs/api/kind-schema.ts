import type { SchemaStruct } from '#apimachinery';
import { type DecodedValue, decodeParsedJson, decodeValue, type FieldValidation } from './decode-value.js';
import { applyDefaultsOf } from './defaults.js';
import type { Definition } from './definition.js';
import { nullEmptyListsOf } from './null-empty.js';
import { type GroupVersionKind, scheme } from './scheme.js';
import { decodeUnstructured } from './unstructured.js';

/**
 * What the pipeline needs to know about a kind's fields. Built-in kinds have one from libs/api's schema (`kindSchema`); a
 * CustomResourceDefinition's schema is converted to one.
 */
export interface KindSchema {
  /** For patches and managed fields: the struct of the kind. */
  readonly struct: SchemaStruct;
  /** The definition for the protobuf codec; unset if the kind has no protobuf form. */
  readonly definition?: Definition;
  /**
   * The OpenAPI schema of a kind without a definition: it has no references. apiVersion, kind and metadata are added; if unset, the kind
   * may have any other fields.
   */
  readonly published?: Readonly<Record<string, unknown>>;
  /** The same for OpenAPI v2, if it differs. */
  readonly publishedV2?: Readonly<Record<string, unknown>>;
  /** Whether `decode` and `decodePatched` copy what they keep, so that the value may be shared. */
  readonly copies?: true;
  /** Reads a plain value; throws DecodeError. Unless it `copies`, the value may share lists and maps with the result. */
  decode(value: unknown, validation: FieldValidation): DecodedValue;
  /** The same for a value from `parseJson`, so that duplicate keys are reported. */
  decodeJson(text: string, value: unknown, validation: FieldValidation): DecodedValue;
  /** The same for the result of a strategic merge patch, with the messages of upstream's unstructured converter. */
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
    copies: true,
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
