import { isSharedFields } from './managed/shared-sets.js';
import type { KubeObject } from './object.js';

/** The stored form of objects: JSON text that begins with `{"kind":…,"apiVersion":…,"metadata":{`, without resourceVersion. */

const MARK = '"metadata":{';

/** An object as it is stored. Members keep their order, except that kind, apiVersion and metadata come first. */
export function storedText(object: KubeObject): string {
  return textOf(storedForm(object));
}

/**
 * The text that JSON.stringify returns. V8 writes a text longer than 4096 characters at half the speed. Objects with a spec are often
 * longer, but their members are not, so those are written one by one.
 */
function textOf(form: KubeObject): string {
  if (!('spec' in form)) return JSON.stringify(form);
  const members = form as unknown as Record<string, unknown>;
  let text = '';
  for (const name in members) {
    const value = JSON.stringify(members[name]);
    if (value !== undefined) text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${value}`;
  }
  return `${text}}`;
}

function storedForm({ kind, apiVersion, metadata, ...rest }: KubeObject): KubeObject {
  const { resourceVersion: _, ...stored } = metadata;
  return { kind, apiVersion, metadata: stored, ...rest };
}

/** An object as it is stored, with what parsing the text would return; that is unset if only parsing can tell. */
export interface StoredState {
  value: string;
  object?: KubeObject;
}

/** The same as storedText(), for a caller that would parse the text. The parts of the object are shared with the result. */
export function storedState(object: KubeObject): StoredState {
  const form = storedForm(object);
  const value = textOf(form);
  return isParsed(form, DEEPEST) ? { value, object: form } : { value };
}

/** Texts of this length are made in a step of their own. */
const LONG = 128 * 1024;

/** The same in steps, of which each may be followed by a pause. */
export async function storedStateInSteps(object: KubeObject, step: <T>(work: () => T) => T | Promise<T>): Promise<StoredState> {
  const form = storedForm(object);
  const value = await step(() => textOf(form));
  const isSame = value.length < LONG ? isParsed(form, DEEPEST) : await step(() => isParsed(form, DEEPEST));
  return isSame ? { value, object: form } : { value };
}

/** Objects of the API are less deep; deeper ones are parsed, so that the stack cannot overflow. */
const DEEPEST = 64;

/** Whether writing a value as JSON and parsing it gives the same value: nothing in it is undefined, a Date, NaN, -0 … */
function isParsed(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || (depth > 0 && areParsed(value, depth - 1));
    default:
      return false;
  }
}

function areParsed(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isParsed(value[i], depth)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const members = value as Record<string, unknown>;
  for (const key in members) {
    const member = members[key];
    if (typeof member === 'string' || isSharedFields(key, member)) continue;
    if (!isParsed(member, depth)) return false;
  }
  return true;
}

/** A stored text with its revision spliced in as metadata.resourceVersion, right after the first `"metadata":{`. */
export function withResourceVersion(text: string, revision: number): string {
  const at = text.indexOf(MARK) + MARK.length;
  const comma = text.charCodeAt(at) === 125 ? '' : ',';
  return `${text.slice(0, at)}"resourceVersion":"${revision}"${comma}${text.slice(at)}`;
}

/** The same for an item of a typed list, which has neither kind nor apiVersion. */
export function asListItem(text: string, revision: number): string {
  const at = text.indexOf(MARK) + MARK.length;
  const comma = text.charCodeAt(at) === 125 ? '' : ',';
  return `{"metadata":{"resourceVersion":"${revision}"${comma}${text.slice(at)}`;
}
