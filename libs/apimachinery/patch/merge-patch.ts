import { jsonKind } from '../go-format.js';
import { isJsonObject } from '../json-object.js';
import { getOwn, setOwn } from '../own-key.js';
import { badRequest } from '../status-errors.js';

type Document = Record<string, unknown>;

/** Nulls in parts that are new to the document are dropped, in lists too, as in evanphx/json-patch v4. */
function pruneNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruneNulls);
  if (!isJsonObject(value)) return value;
  const pruned: Document = {};
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(pruned, key, pruneNulls(value[key]));
  return pruned;
}

function merge(target: Document, patch: Document): Document {
  const merged: Document = { ...target };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const current = getOwn(merged, key);
    if (value === null) delete merged[key];
    else setOwn(merged, key, isJsonObject(current) && isJsonObject(value) ? merge(current, value) : pruneNulls(value));
  }
  return merged;
}

/** The body of a JSON merge patch, which must be an object. Throws upstream's 400s. */
export function decodeMergePatch(body: unknown): Document {
  if (body === null) throw badRequest('Invalid JSON Patch');
  if (isJsonObject(body)) return body;
  throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(body)} into Go value of type map[string]interface {}`);
}

/** Applies a JSON merge patch (RFC 7386) and returns the new document; the arguments are not modified. */
export function applyMergePatch<T extends object>(document: T, patch: Document): T {
  return merge(document as Document, patch) as T;
}
