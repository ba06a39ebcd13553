import { stringify } from 'yaml';
import type { Instant, KubeObject } from '#apimachinery';
import type { CachedObject } from '#cacher';
import type { WorkTask } from '../flow-control/work-share.js';
import type { APIResource } from '../rest/api-resource.js';
import { columnDefinitions, type IncludeObject, tableRow } from '../rest/table.js';
import { itemText, partialMetadata, viewObject } from '../rest/view.js';
import { YAML_FORM, yamlPieces } from './yaml-pieces.js';

/** The form of a list that the client accepts. */
export interface ListForm {
  resource: APIResource;
  metadata: Record<string, unknown>;
  now: Instant;
  pretty: boolean;
  /** `PartialObjectMetadataList` or `Table`, in a version of meta.k8s.io. */
  convert?: { kind: string; version: string };
  include: IncludeObject;
}

/** The text before the first item, a function that encodes an item, and the text after the last item. */
interface Frame {
  head: string;
  item(object: CachedObject): Iterable<string>;
  separator: string;
  tail: string;
}

/** Characters that are collected into one chunk. */
const CHUNK = 64 * 1024;

/** Indents pretty JSON by `depth` spaces: JSON text has no line breaks inside strings. */
const indented = (value: unknown, depth: number): string => JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(depth)}`);

/** How the items of a list or the rows of a table are encoded. */
export function memberOf({ resource, now, convert, include }: ListForm): (item: CachedObject) => unknown {
  if (convert?.kind === 'Table') return (item) => tableRow(resource, item, include, now, convert.version);
  if (convert !== undefined) return (item) => partialMetadata(viewObject(resource, item, now), convert.version);
  // Items of custom kinds say what they are, as unstructured objects do.
  if (resource.schema.definition === undefined) return (item) => viewObject(resource, item, now);
  return (item) => {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = viewObject(resource, item, now) as KubeObject;
    return rest;
  };
}

/** The members of a list before its items, in upstream's order. */
export function headOf({ resource, metadata, convert }: ListForm): { kind: string; apiVersion: string; metadata: Record<string, unknown> } {
  if (convert === undefined) return { kind: resource.info.listKind ?? `${resource.kind}List`, apiVersion: resource.apiVersion, metadata };
  return { kind: convert.kind, apiVersion: `meta.k8s.io/${convert.version}`, metadata };
}

/** The text before the items or rows. */
const before = (form: ListForm): object =>
  form.convert?.kind === 'Table' ? { ...headOf(form), columnDefinitions: columnDefinitions(form.resource) } : headOf(form);

function jsonFrame(form: ListForm): Frame {
  const { convert, resource, now, pretty } = form;
  const field = convert?.kind === 'Table' ? 'rows' : 'items';
  const make = memberOf(form);
  const text =
    convert === undefined ? (item: CachedObject) => itemText(resource, item, now) : (item: CachedObject) => JSON.stringify(make(item));
  if (!pretty)
    return {
      head: `${JSON.stringify(before(form)).slice(0, -1)},"${field}":[`,
      item: (item) => [text(item)],
      separator: ',',
      tail: ']}\n',
    };
  return {
    head: `${JSON.stringify(before(form), null, 2).slice(0, -2)},\n  "${field}": [\n    `,
    item: (item) => [indented(JSON.parse(text(item)), 4)],
    separator: ',\n    ',
    tail: '\n  ]\n}\n',
  };
}

/** Keys are sorted, as in every YAML response: some come before the items, some after. */
function yamlFrame(form: ListForm): Frame {
  const field = form.convert?.kind === 'Table' ? 'rows' : 'items';
  const members = Object.entries(before(form));
  const part = (wanted: boolean): string => {
    const found = Object.fromEntries(members.filter(([key]) => key < field === wanted));
    return Object.keys(found).length === 0 ? '' : stringify(found, YAML_FORM);
  };
  const make = memberOf(form);
  return {
    head: `${part(true)}${field}:\n`,
    item: (object) => yamlPieces([make(object)]),
    separator: '',
    tail: part(false),
  };
}

function* listPieces(items: readonly CachedObject[], { head, item, separator, tail }: Frame): Generator<string> {
  let before = head;
  for (const object of items) {
    for (const piece of item(object)) {
      yield before + piece;
      before = '';
    }
    before = separator;
  }
  yield items.length === 0 ? head + tail : tail;
}

/** Emits pieces in chunks; after each piece, asks the task whether to yield. */
async function* inChunks(pieces: Iterable<string>, task: WorkTask): AsyncGenerator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    const pending = task.pause();
    if (pending) await pending;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** The text of a long list in chunks, so that it is never in memory as a whole and the event loop is not blocked. */
export function listBody(
  items: readonly CachedObject[],
  form: ListForm & { encoding: 'json' | 'yaml' },
  task: WorkTask,
): AsyncGenerator<string> {
  return inChunks(listPieces(items, form.encoding === 'yaml' ? yamlFrame(form) : jsonFrame(form)), task);
}

/** The text of one large object as YAML, likewise in chunks. */
export function yamlBody(object: object, task: WorkTask): AsyncGenerator<string> {
  return inChunks(yamlPieces(object), task);
}

/** The items of a long list in batches, for an encoding that needs objects; a batch is small enough to be processed without yielding. */
export async function* batches(items: readonly CachedObject[], form: ListForm, task: WorkTask): AsyncGenerator<unknown[]> {
  const make = memberOf(form);
  let [batch, bytes]: [unknown[], number] = [[], 0];
  for (const item of items) {
    const pending = task.pause();
    if (pending) await pending;
    batch.push(make(item));
    bytes += item.bytes;
    if (batch.length < BATCH.items && bytes < BATCH.bytes) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

const BATCH = { items: 20, bytes: 1024 * 1024 };
