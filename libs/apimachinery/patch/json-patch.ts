import { deepEqual } from '../equality.js';
import { jsonKind } from '../go-format.js';
import { setOwn } from '../own-key.js';
import { failureStatus, StatusError } from '../status.js';
import { badRequest, tooLarge } from '../status-errors.js';
import { arrayIndex, PointerError, parsePointer } from './json-pointer.js';
import { maxCopiedBytes, maxMovedElements, maxOperations } from './limits.js';

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
  /** An explicit null is different from a missing value. */
  hasValue: boolean;
}

type Container = Record<string, unknown> | unknown[];

function rejected(): StatusError {
  const message = 'the server rejected our request due to an error in our request';
  return new StatusError(failureStatus({ code: 422, reason: 'Invalid', message, details: {} }));
}

const mismatch = (value: unknown, where: string): StatusError =>
  badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go ${where}`);

function decodeOperation(item: unknown): JsonPatchOperation {
  if (item === null) return { op: '', path: '', hasValue: false };
  if (typeof item !== 'object' || Array.isArray(item)) throw mismatch(item, 'value of type handlers.jsonPatchOp');
  const given = item as Record<string, unknown>;
  for (const name of ['op', 'path', 'from']) {
    const value = given[name];
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw mismatch(value, `struct field jsonPatchOp.${name} of type string`);
  }
  const { op, path, from } = given as { op?: string; path?: string; from?: string };
  return { op: op ?? '', path: path ?? '', from: from ?? undefined, value: given.value, hasValue: Object.hasOwn(given, 'value') };
}

/** Parses a JSON patch from its decoded body. Throws 400 if it is not a list of operations, 413 for more than 10,000. */
export function decodeJsonPatch(body: unknown): JsonPatchOperation[] {
  if (body === null) return [];
  if (!Array.isArray(body)) throw mismatch(body, 'value of type []handlers.jsonPatchOp');
  const operations = body.map(decodeOperation);
  if (operations.length > maxOperations)
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`);
  return operations;
}

/** The unknown fields in a JSON patch's operations, as strict decoding reports them. */
export function unknownJsonPatchFields(body: unknown): string[] {
  if (!Array.isArray(body)) return [];
  const known = ['op', 'path', 'from', 'value'];
  return body.flatMap((item, i) =>
    Object.keys(item ?? {})
      .filter((name) => !known.includes(name))
      .map((name) => `json patch unknown field "[${i}].${name}"`),
  );
}

function step(container: Container, part: string): unknown {
  if (Array.isArray(container)) return container[arrayIndex(part, container.length)];
  if (!Object.hasOwn(container, part)) throw new PointerError(`unable to get nonexistent key: ${part}`);
  return container[part];
}

/** The container of a path's last part, and that part. */
function locate(document: Container, path: string): { container: Container; key: string } {
  const parts = parsePointer(path);
  const key = parts.pop() ?? '';
  let container: unknown = document;
  for (const part of parts) {
    container = step(container as Container, part);
    if (typeof container !== 'object' || container === null) throw new PointerError(`missing container: ${path}`);
  }
  return { container: container as Container, key };
}

function read(document: Container, path: string): unknown {
  const { container, key } = locate(document, path);
  return step(container, key);
}

/** The cost of a patch so far that is not proportional to its size. */
interface Spent {
  copiedBytes: number;
  movedElements: number;
}

/** Counts the elements that are moved when one is inserted or removed at `index`. */
function countMoved(spent: Spent, list: readonly unknown[], index: number): void {
  spent.movedElements += list.length - index;
  if (spent.movedElements > maxMovedElements) throw new PointerError(`more than ${maxMovedElements} list elements moved`);
}

function add(document: Container, path: string, value: unknown, spent: Spent): void {
  const { container, key } = locate(document, path);
  if (!Array.isArray(container)) setOwn(container, key, value);
  else if (key === '-') container.push(value);
  else {
    const index = arrayIndex(key, container.length + 1);
    countMoved(spent, container, index);
    container.splice(index, 0, value);
  }
}

/** A copy of the value at `from`; the total bytes of all copies are limited (evanphx/json-patch AccumulatedCopySizeLimit). */
function copied(document: Container, from: string, spent: Spent): unknown {
  const text = JSON.stringify(read(document, from));
  spent.copiedBytes += Buffer.byteLength(text);
  if (spent.copiedBytes > maxCopiedBytes) {
    const size = `the accumulated size increase of copy is ${spent.copiedBytes}, exceeding the limit ${maxCopiedBytes}`;
    throw new PointerError(`Unable to complete the copy, ${size}`);
  }
  return JSON.parse(text) as unknown;
}

function remove(document: Container, path: string, spent: Spent): void {
  const { container, key } = locate(document, path);
  step(container, key);
  if (Array.isArray(container)) {
    const index = arrayIndex(key, container.length);
    countMoved(spent, container, index);
    container.splice(index, 1);
  } else delete container[key];
}

function replace(document: Container, path: string, value: unknown): void {
  const { container, key } = locate(document, path);
  step(container, key);
  if (Array.isArray(container)) container[arrayIndex(key, container.length)] = value;
  else setOwn(container, key, value);
}

function test(document: Container, { path, value }: JsonPatchOperation): void {
  let found: unknown;
  try {
    found = read(document, path);
  } catch (error) {
    // A missing value passes a test for null.
    if (error instanceof PointerError && (value ?? null) === null) return;
    throw error;
  }
  if (!deepEqual(found ?? null, value ?? null)) throw new PointerError(`testing value ${path} failed`);
}

function apply(document: Container, operation: JsonPatchOperation, spent: Spent): void {
  const { op, path, from = '', value = null } = operation;
  switch (op) {
    case 'add':
      if (!operation.hasValue) throw new PointerError('missing value');
      add(document, path, structuredClone(value), spent);
      break;
    case 'remove':
      remove(document, path, spent);
      break;
    case 'replace':
      if (!operation.hasValue) throw new PointerError('missing value');
      replace(document, path, structuredClone(value));
      break;
    case 'move': {
      const moved = read(document, from);
      remove(document, from, spent);
      add(document, path, moved, spent);
      break;
    }
    case 'copy':
      add(document, path, copied(document, from, spent), spent);
      break;
    case 'test':
      test(document, operation);
      break;
    default:
      throw new PointerError(`Unexpected kind: ${op}`);
  }
}

function applyAll(document: unknown, operations: readonly JsonPatchOperation[], failure: Failure): Container {
  const copy = structuredClone(document) as Container;
  const spent: Spent = { copiedBytes: 0, movedElements: 0 };
  for (const operation of operations) {
    try {
      apply(copy, operation, spent);
    } catch (error) {
      // Operations can nest a document more deeply than the stack allows.
      throw error instanceof PointerError || error instanceof RangeError ? failure(error, operation, copy) : error;
    }
  }
  return copy;
}

type Failure = (error: Error, operation: JsonPatchOperation, document: Container) => Error;

/**
 * Applies a JSON patch to a copy of the document (evanphx/json-patch v4's behaviour). Throws upstream's 422 for every failure, which does
 * not contain the cause.
 */
export function applyJsonPatch<T>(document: T, operations: readonly JsonPatchOperation[]): T {
  return applyAll(document, operations, rejected) as T;
}

/** A JSON patch does not apply: the message is that of evanphx/json-patch v4. */
export class JsonPatchFailure extends Error {
  constructor(
    message: string,
    /** A test operation found something else. */
    readonly testFailed = false,
  ) {
    super(message);
  }
}

/** Whether the container of a path exists: then the path's last part is what is wrong. */
function hasContainer(document: Container, path: string): boolean {
  try {
    locate(document, path);
    return true;
  } catch {
    return false;
  }
}

const caused = ({ message }: Error): string => (message.startsWith('Unable to access') ? `${message}: invalid index referenced` : message);

/** The words of evanphx/json-patch v4 for an operation that failed. */
function described(error: Error, { op, path, from = '' }: JsonPatchOperation, document: Container): JsonPatchFailure {
  if (error instanceof RangeError) return new JsonPatchFailure('exceeded max depth');
  const located = hasContainer(document, op === 'move' || op === 'copy' ? from : path);
  switch (op) {
    case 'add':
    case 'remove': {
      if (!located) return new JsonPatchFailure(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
      const key = path.slice(path.lastIndexOf('/') + 1);
      const why = error.message.startsWith('unable to get') ? `Unable to remove nonexistent key: ${key}: missing value` : caused(error);
      return new JsonPatchFailure(`error in ${op} for path: '${path}': ${why}`);
    }
    case 'replace':
      return new JsonPatchFailure(`replace operation does not apply: doc is missing ${located ? 'key' : 'path'}: ${path}: missing value`);
    case 'test':
      if (located) return new JsonPatchFailure(`testing value ${path} failed: test failed`, true);
      return new JsonPatchFailure(`test operation does not apply: is missing path: ${path}: missing value`);
    case 'move':
    case 'copy':
      if (located) return new JsonPatchFailure(`error in ${op} for path: '${path}': ${caused(error)}`);
      return new JsonPatchFailure(`${op} operation does not apply: doc is missing from path: ${from}: missing value`);
    default:
      return new JsonPatchFailure(`Unexpected kind: ${op}`);
  }
}

/** The same as applyJsonPatch, but a failure tells its cause. Throws JsonPatchFailure. */
export function applyPatchOperations<T>(document: T, operations: readonly JsonPatchOperation[]): T {
  return applyAll(document, operations, described) as T;
}
