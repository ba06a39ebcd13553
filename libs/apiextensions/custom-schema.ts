import { type DecodedValue, DecodeError, decodeValue, duplicateFields, type FieldValidation, type KindSchema, scheme } from '#api';
import type { SchemaStruct } from '#apimachinery';
import { isJsonObject } from '#apimachinery';
import { fillDefaults } from './defaults.js';
import { coerceEmbedded, MalformedEmbedded } from './embedded.js';
import { pruneUnknown } from './prune.js';
import { publishedV2, publishedV3 } from './published.js';
import { hasRules } from './rules.js';
import { type Schema, SchemaNode } from './schema-node.js';
import { structOf } from './schema-struct.js';
import { type Item } from './values.js';

type Published = Readonly<Record<string, unknown>>;

const objectMeta = scheme.definition('meta.v1.ObjectMeta');

/** The schema of one version of a custom kind, in the form in which the pipeline uses the schemas of all kinds. */
export class CustomSchema implements KindSchema {
  readonly root: SchemaNode;
  private structure: SchemaStruct | undefined;
  private readonly documents: { v2?: Published; v3?: Published } = {};

  /** `preserves`: spec.preserveUnknownFields, for definitions from before v1. */
  constructor(
    readonly kind: string,
    schema: Schema,
    private readonly preserves: boolean,
  ) {
    this.root = new SchemaNode(schema);
  }

  /** Whether objects are checked by x-kubernetes-validations. */
  get hasRules(): boolean {
    return hasRules(this.root.schema);
  }

  get struct(): SchemaStruct {
    this.structure ??= structOf(this.kind, this.root);
    return this.structure;
  }

  get published(): Published {
    this.documents.v3 ??= publishedV3(this.root.schema);
    return this.documents.v3;
  }

  get publishedV2(): Published {
    this.documents.v2 ??= publishedV2(this.root.schema);
    return this.documents.v2;
  }

  decode(value: unknown, validation: FieldValidation): DecodedValue {
    const tracks = validation !== 'Ignore';
    const { apiVersion, kind, metadata, ...rest } = (isJsonObject(value) ? value : {}) as Item;
    const meta = metadata === undefined ? undefined : decodeValue(objectMeta, metadata, validation);
    const object: Item = { apiVersion, kind, ...(meta ? { metadata: meta.object } : {}), ...rest };
    const unknown = this.coerce(object, tracks);
    return { object, strict: [...(meta?.strict ?? []).map(inMetadata), ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)] };
  }

  decodeJson(text: string, value: unknown, validation: FieldValidation): DecodedValue {
    const repeated = validation === 'Ignore' ? [] : duplicateFields(text, value);
    const decoded = this.decode(value, validation);
    return repeated.length === 0 ? decoded : { ...decoded, strict: [...repeated, ...decoded.strict] };
  }

  decodePatched(value: unknown, validation: FieldValidation): DecodedValue {
    return this.decode(value, validation);
  }

  applyDefaults(object: object): void {
    fillDefaults(object, this.root);
  }

  /**
   * Objects are stored as the schema of the stored version has them; a write in another version may have set more. Upstream sets its defaults
   * whenever a stored object is read: also those of a status that the strategy has removed.
   */
  prepareForStorage(object: object): void {
    this.coerce(object, false);
    this.applyDefaults(object);
  }

  /**
   * Removes in place what the schema does not have, and nulls that it does not allow; returns the paths of unknown fields, if they are tracked
   * (apiextensions-apiserver/pkg/apiserver/customresource_handler.go unstructuredSchemaCoercer). Throws DecodeError.
   */
  coerce(object: object, tracks: boolean): string[] {
    const unknown: string[] = [];
    if (!this.preserves) {
      for (const path of pruneUnknown(object, this.root, { root: true, tracks, nulls: true })) unknown.push(path);
    }
    try {
      for (const path of coerceEmbedded(object, this.root, tracks)) unknown.push(path);
    } catch (error) {
      throw error instanceof MalformedEmbedded ? new DecodeError(error.message) : error;
    }
    return unknown;
  }
}

/** The metadata's own errors name its fields only. */
const inMetadata = (text: string): string => text.replace(/^(unknown|duplicate) field "/, '$1 field "metadata.');
