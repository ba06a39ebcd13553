import { CustomResourceDefinition } from '#api';
import { isJsonObject } from '#apimachinery';
import { DocumentError, type WantedObject } from './documents.js';

const DEFINITIONS = `${CustomResourceDefinition.group}/`;

/** The kind that an object defines, as group and kind; undefined if it defines none. */
function definedBy({ object }: WantedObject): string | undefined {
  if (object?.kind !== CustomResourceDefinition.kind || !object.apiVersion.startsWith(DEFINITIONS)) return undefined;
  const { spec } = object as { spec?: unknown };
  if (!isJsonObject(spec) || !isJsonObject(spec.names)) return undefined;
  const { group, names } = spec;
  return typeof group === 'string' && typeof names.kind === 'string' ? `${group} ${names.kind}` : undefined;
}

/**
 * The same objects, where those whose kind is defined only by another one of them say what helps: a kind is served when its definition is
 * stored and established, which is after the request.
 */
export function withDefinedKinds(wanted: readonly WantedObject[]): WantedObject[] {
  const definitions = new Map(wanted.map((one) => [definedBy(one), one.name]));
  return wanted.map((one) => {
    const { error, object, resource } = one;
    if (!error || !object || resource) return one;
    const [group = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [''];
    const definition = definitions.get(`${group} ${object.kind}`);
    if (definition === undefined) return one;
    const help = `it is defined by ${definition}, and served when that is stored: write the definition with one request, and its objects with the next`;
    return { ...one, error: new DocumentError(`${error.message}: ${help}`, { extensions: error.extensions }) };
  });
}
