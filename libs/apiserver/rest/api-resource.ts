import { groupVersionOf, type KindSchema, kindSchema, parseGroupVersion, type ResourceInfo, type SubresourceInfo } from '#api';
import { type GroupKind, type GroupResource, type KubeObject, type NameRule, nameIsDNSSubdomain } from '#apimachinery';
import { keyRoot } from './keys.js';
import { nameRule } from './object-meta.js';
import type { ResourceStrategy } from './strategy.js';

/** How objects of one version of a kind become the version that is stored, and back. Pure; both return new objects. */
export interface Conversion {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  toStorage(object: KubeObject): KubeObject;
  fromStorage(object: KubeObject): KubeObject;
}

/** One resource in one version, with all that the pipeline needs to know of it. Immutable; the built-in ones are shared by all clusters. */
export interface APIResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  /** What discovery says of it. */
  readonly info: ResourceInfo;
  readonly schema: KindSchema;
  readonly groupResource: GroupResource;
  readonly groupKind: GroupKind;
  readonly strategy: ResourceStrategy;
  readonly nameRule: NameRule;
  /** Prefix of its keys, without a slash at the end. */
  readonly root: string;
  /** The resource in the version that is stored: itself, mostly. */
  readonly stored: APIResource;
  readonly conversion?: Conversion;
  /** The stored text is what clients read, but for the resourceVersion. */
  readonly streamed: boolean;
}

/** A resource while its stored version is not known yet. */
export type APIResourceDraft = { -readonly [K in keyof APIResource]: APIResource[K] };

/** What one resource is made of. `schema`: default that of libs/api. */
export interface APIResourceSource {
  info: ResourceInfo;
  strategy?: ResourceStrategy;
  schema?: KindSchema;
}

function schemaOf({ group, version, kind }: ResourceInfo): KindSchema {
  const schema = kindSchema({ group, version, kind });
  if (schema === undefined) throw new Error(`${groupVersionOf(group, version)} ${kind} has no schema`);
  return schema;
}

/** Makes a resource that is stored in its own version. Throws where its kind has no schema. */
export function apiResource({ info, strategy, schema = schemaOf(info) }: APIResourceSource): APIResourceDraft {
  const { group, version, resource, kind, namespaced } = info;
  const own: ResourceStrategy = strategy ?? { group, resource };
  const draft: Omit<APIResourceDraft, 'stored'> = {
    group,
    version,
    resource,
    kind,
    apiVersion: groupVersionOf(group, version),
    namespaced,
    info,
    schema,
    groupResource: { group, resource },
    groupKind: { group, kind },
    strategy: own,
    nameRule: own.validateName ? nameRule(own.validateName) : nameIsDNSSubdomain,
    root: keyRoot(group, resource),
    streamed: own.decorate === undefined,
  };
  const made = draft as APIResourceDraft;
  made.stored = made;
  return made;
}

/** Stores a resource in another version. */
export function storedAs(draft: APIResourceDraft, stored: APIResource, conversion: Conversion | undefined): void {
  draft.stored = stored;
  draft.root = stored.root;
  draft.streamed = false;
  if (conversion) draft.conversion = conversion;
}

/**
 * The kind of a subresource's bodies, as a resource: `Scale` of deployments/scale. The parent, where its kind is the parent's, or where
 * the kind is that of options in a query (PodExecOptions): such a subresource is a Connecter.
 */
export function subresourceShape(parent: APIResource, sub: SubresourceInfo, strategy?: ResourceStrategy): APIResource {
  const own = sub.version === undefined;
  const group = own ? parent.group : (sub.group ?? '');
  const version = sub.version ?? parent.version;
  if (group === parent.group && version === parent.version && sub.kind === parent.kind) return parent;
  if (kindSchema({ group, version, kind: sub.kind }) === undefined) return parent;
  const { subresources: _none, storedAs: _stored, ...info } = parent.info;
  const shape = { ...info, group, version, kind: sub.kind, subresources: {} };
  return apiResource({ info: shape, strategy: strategy ?? { group, resource: parent.resource } });
}

/** The apiVersion in which a resource is stored. */
export function storedVersionOf({ storedAs, group, version }: ResourceInfo): { group: string; version: string } {
  return storedAs === undefined ? { group, version } : parseGroupVersion(storedAs);
}

/** An object's key. */
export function objectKey(resource: APIResource, namespace: string, name: string): string {
  return resource.namespaced ? `${resource.root}/${namespace}/${name}` : `${resource.root}/${name}`;
}
