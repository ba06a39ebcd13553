import type { Definition } from './definition.js';
import { explain } from './explain.js';
import { type JsonNode, JsonSyntaxError, measure, nodeOf, readJson } from './json-text.js';
import { maxDepth } from './limits.js';
import { Mismatch, walk } from './walk.js';

/** How decoding treats unknown and duplicate fields. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** A body that cannot be decoded into its type; the message is Go's, without wrapping. */
export class DecodeError extends Error {}

export interface DecodedValue {
  /** As Go would encode it: only fields of the schema, without empty ones. */
  object: Record<string, unknown>;
  /** `unknown field "spec.foo"`, `duplicate field "data.a"`, in the body's order; empty with Ignore. */
  strict: string[];
}

interface Input {
  value: unknown;
  /** The keys of its text, if they are counted. */
  keys?: number | undefined;
  /** The same for the slow walk. */
  node(): JsonNode;
  strictly: boolean;
  /** Whether the result shares nothing with the value. */
  copied: boolean;
}

/** Runs the fast walk; if something does not match, the slow one. */
function decode(definition: Definition, { value, keys, node, strictly, copied }: Input): DecodedValue {
  let walked: ReturnType<typeof walk> | undefined;
  try {
    walked = walk(definition, value, copied);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
  }
  if (walked && (!strictly || (walked.unknown === 0 && (keys === undefined || keys === walked.keys))))
    return { object: walked.object, strict: [] };
  const explained = explain(definition, node());
  if (explained.error !== undefined) throw new DecodeError(explained.error);
  if (!walked) throw new DecodeError(`json: cannot unmarshal value into Go value of type ${definition.name}`);
  return { object: walked.object, strict: strictly ? explained.strict : [] };
}

/** Parses a JSON text. Throws JsonSyntaxError with Go's message, also if it is nested too deeply. */
export function parseJson(text: string): unknown {
  // Shorter texts cannot be too deep; longer ones are scanned once.
  if (text.length > 2 * maxDepth && measure(text).depth > maxDepth) throw new JsonSyntaxError('exceeded max depth');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    readJson(text);
    throw new JsonSyntaxError('invalid JSON');
  }
}

/**
 * Decodes a JSON text that parseJson has parsed into `value`, which shares lists and maps with the result. Throws DecodeError if a value
 * has the wrong type.
 */
export function decodeParsedJson(definition: Definition, text: string, value: unknown, validation: FieldValidation): DecodedValue {
  const strictly = validation !== 'Ignore';
  const keys = strictly ? measure(text).keys : undefined;
  return decode(definition, { value, keys, node: () => readJson(text), strictly, copied: false });
}

/**
 * Decodes a plain value (a patched object, a parsed YAML document), which shares nothing with the result but sets of managed fields; members
 * that are undefined are not there. Throws DecodeError if a value has the wrong type, RangeError if it is nested too deeply.
 */
export function decodeValue(definition: Definition, value: unknown, validation: FieldValidation = 'Warn'): DecodedValue {
  return decode(definition, { value, node: () => nodeOf(value), strictly: validation !== 'Ignore', copied: true });
}
