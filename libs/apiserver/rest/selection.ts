import { badRequest, type FieldSelector, goQuote, type KubeObject, type LabelSelector } from '#apimachinery';
import type { ListOptions } from '../request/options.js';
import type { APIResource } from './api-resource.js';
import type { Stored } from './view.js';

/** What a list or watch selects: the location, and the filter. */
export interface Selection {
  /** The name required by the field selector: at most one object matches. */
  name?: string;
  /** The namespace of the request or of the field selector; '' for all. */
  namespace: string;
  /** Unset: everything in the location matches. */
  matches?: (stored: Stored) => boolean;
}

/** The error for an unknown field of a resource that has selectable fields of its own. */
function unsupported({ strategy, stored }: APIResource, field: string): string {
  return strategy.unknownField?.(field) ?? stored.strategy.unknownField?.(field) ?? `field label not supported: ${field}`;
}

type FieldReaders = Readonly<Record<string, (object: KubeObject) => string>>;

/** The selectable fields of the resource's version besides name and namespace, read from stored objects; undefined if there are none. */
function fieldsOf({ strategy, stored }: APIResource): FieldReaders | undefined {
  return strategy.fields ?? stored.strategy.fields;
}

function checkFields(resource: APIResource, selector: FieldSelector, own: FieldReaders | undefined): void {
  for (const { field } of selector.terms) {
    if (field === 'metadata.name' || field === 'metadata.namespace') continue;
    if (own === undefined) throw badRequest(`${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
    if (!Object.hasOwn(own, field)) throw badRequest(unsupported(resource, field));
  }
}

/** Reads the fields that selectors may use. */
function fieldReader(own: FieldReaders | undefined, object: KubeObject): (field: string) => string {
  return (field) => {
    if (field === 'metadata.name') return object.metadata.name;
    if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
    return own?.[field]?.(object) ?? '';
  };
}

function matcher(
  own: FieldReaders | undefined,
  labels: LabelSelector | undefined,
  fields: FieldSelector | undefined,
): Selection['matches'] {
  if (labels === undefined && fields === undefined) return undefined;
  return ({ object }) => {
    if (labels !== undefined && !labels.matches(object.metadata.labels)) return false;
    return fields === undefined || fields.matches(fieldReader(own, object));
  };
}

/** Determines what a list or watch selects; throws 400 for fields that are not selectable. */
export function selectionOf(resource: APIResource, namespace: string, name: string, options: ListOptions): Selection {
  const { labelSelector, fieldSelector } = options;
  const own = fieldSelector === undefined ? undefined : fieldsOf(resource);
  if (fieldSelector !== undefined) checkFields(resource, fieldSelector, own);
  const selection: Selection = { namespace };
  const asked = fieldSelector?.requiresExactMatch('metadata.name');
  if (name !== '' && fieldSelector !== undefined && asked !== name) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  const single = name || asked;
  if (single) selection.name = single;
  const askedNamespace = fieldSelector?.requiresExactMatch('metadata.namespace');
  if (namespace === '' && resource.namespaced && askedNamespace && isLabel(askedNamespace)) selection.namespace = askedNamespace;
  const matches = matcher(own, labelSelector, fieldSelector);
  if (matches !== undefined) selection.matches = matches;
  return selection;
}

const isLabel = (text: string): boolean => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) && text.length <= 63;
