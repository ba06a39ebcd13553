import { fieldDescription } from '../descriptions.js';
import type { OwnKind } from '../discovery.js';
import { groupVersionOf, type ResourceInfo, scheme } from '../scheme.js';
import type { PublishedLookup } from './paths.js';
import { type Dialect, refTo, type Schema } from './schemas.js';

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

type Kind = Pick<ResourceInfo, 'group' | 'version' | 'kind'>;
type ListedKind = Pick<ResourceInfo, 'group' | 'version' | 'kind' | 'listKind'>;

const idOf = ({ group, version, kind }: Kind): string => `${groupVersionOf(group, version)} ${kind}`;

/** `com.example.v1.Widget` for Widget of example.com/v1 (apiserver/pkg/endpoints/openapi friendlyName). */
const nameOf = ({ group, version, kind }: Kind): string => [...group.split('.').reverse(), version, kind].join('.');

const listOf = ({ listKind, ...kind }: ListedKind): Kind => ({ ...kind, kind: listKind ?? `${kind.kind}List` });

/** Finds custom kinds and their lists first, then those of the schema. */
export function publishedLookup(own: readonly OwnKind[]): PublishedLookup {
  const names = new Map(own.flatMap(({ info }) => [info, listOf(info)]).map((kind) => [idOf(kind), { openapi: nameOf(kind) }]));
  return (gvk) => names.get(idOf(gvk)) ?? scheme.definitionFor(gvk);
}

const described = (name: string): Schema => {
  const description = fieldDescription(scheme.definition('core.v1.ConfigMap'), name);
  return description ? { description } : {};
};
const typeMeta = (): Schema => ({
  apiVersion: { ...described('apiVersion'), type: 'string' },
  kind: { ...described('kind'), type: 'string' },
});
const isKind = ({ group, version, kind }: Kind): Schema => ({ 'x-kubernetes-group-version-kind': [{ group, kind, version }] });
const meta = (name: string, dialect: Dialect): Schema => ({ $ref: refTo(scheme.definition(`meta.v1.${name}`), dialect) });

function objectSchema({ info, schema }: OwnKind, dialect: Dialect): Schema {
  const published = dialect === 'v2' ? (schema.publishedV2 ?? schema.published) : schema.published;
  // kubectl takes properties for all that there may be.
  if (dialect === 'v2' && published && published.properties === undefined) return { ...published, type: 'object', ...isKind(info) };
  const metadata = { ...described('metadata'), ...meta('ObjectMeta', dialect) };
  const properties = { ...(published?.properties as Schema | undefined), ...typeMeta(), metadata };
  const open = published ? {} : { 'x-kubernetes-preserve-unknown-fields': true };
  return { ...published, type: 'object', properties, ...open, ...isKind(info) };
}

function listSchema({ info }: OwnKind, dialect: Dialect): Schema {
  const description = `List of ${info.resource}. More info: ${CONVENTIONS}`;
  const items = { description, type: 'array', items: { $ref: refTo({ openapi: nameOf(info) }, dialect) } };
  const properties = { ...typeMeta(), items, metadata: meta('ListMeta', dialect) };
  return {
    description: `${listOf(info).kind} is a list of ${info.kind}`,
    type: 'object',
    required: ['items'],
    properties,
    ...isKind(listOf(info)),
  };
}

/** The schemas of custom kinds and of their lists, by their names in the documents. */
export function ownSchemas(own: readonly OwnKind[], dialect: Dialect): Record<string, Schema> {
  return Object.fromEntries(
    own.flatMap((kind) => [
      [nameOf(kind.info), objectSchema(kind, dialect)],
      [nameOf(listOf(kind.info)), listSchema(kind, dialect)],
    ]),
  );
}
