import type { KubeObject } from './object.js';

/** The stored form of objects: JSON text that begins with `{"kind":…,"apiVersion":…,"metadata":{`, without resourceVersion. */

const MARK = '"metadata":{';

/** An object as it is stored. Members keep their order, except that kind, apiVersion and metadata come first. */
export function storedText(object: KubeObject): string {
  const { kind, apiVersion, metadata, ...rest } = object;
  if (metadata.resourceVersion === undefined) return JSON.stringify({ kind, apiVersion, metadata, ...rest });
  const { resourceVersion: _, ...stored } = metadata;
  return JSON.stringify({ kind, apiVersion, metadata: stored, ...rest });
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
