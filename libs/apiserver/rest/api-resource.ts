import { groupVersionOf, type KindSchema, kindSchema, parseGroupVersion, type ResourceInfo, type SubresourceInfo } from '#api';
import { type GroupKind, type GroupResource, type KubeObject, type NameRule, nameIsDNSSubdomain, type RandomSource } from '#apimachinery';
import type { WebhookCaller } from '../webhooks/webhook-caller.js';
import { keyRoot } from './keys.js';
import { nameRule } from './object-meta.js';
import type { ResourceStrategy } from './strategy.js';

/** What a conversion that asks somebody gets. */
export interface ConversionContext {
  readonly webhooks: WebhookCaller;
  readonly random: RandomSource;
}

/** Converts objects between one version of a kind and the stored version. Pure; both functions return new objects. */
export interface Conversion {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  toStorage(object: KubeObject): KubeObject;
  fromStorage(object: KubeObject): KubeObject;
  /** Asks for objects in another version, before the functions above get them. Unset: nobody is asked. Throws StatusError. */
  convert?(objects: readonly KubeObject[], apiVersion: string, ctx: ConversionContext): Promise<KubeObject[]>;
}

/**
 * One resource in one version, with everything the pipeline needs to know about it. Immutable; built-in ones are shared by all clusters.
 */
export interface APIResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  /** Its entry in discovery. */
  readonly info: ResourceInfo;
  readonly schema: KindSchema;
  readonly groupResource: GroupResource;
  readonly groupKind: GroupKind;
  readonly strategy: ResourceStrategy;
  readonly nameRule: NameRule;
  /** The prefix of its keys, without a trailing slash. */
  readonly root: string;
  /** The resource in its stored version; usually itself. */
  readonly stored: APIResource;
  readonly conversion?: Conversion;
  /** Clients read the stored text, apart from the resourceVersion. */
  readonly streamed: boolean;
}

/** A resource whose stored version is not known yet. */
export type APIResourceDraft = { -readonly [K in keyof APIResource]: APIResource[K] };

/** What a resource is made from. `schema`: default the one of libs/api. */
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

/** Creates a resource that is stored in its own version. Throws if its kind has no schema. */
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

/** Creates a resource that is stored in another version. */
export function storedAs(draft: APIResourceDraft, stored: APIResource, conversion: Conversion | undefined): void {
  draft.stored = stored;
  draft.root = stored.root;
  draft.streamed = false;
  if (conversion) draft.conversion = conversion;
}

/**
 * The kind of a subresource's bodies, as a resource: `Scale` for deployments/scale. It is the parent if the kinds are equal, or if the kind
 * is that of query options (PodExecOptions): such a subresource is a Connecter.
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

/** The apiVersion of the stored version of a resource. */
export function storedVersionOf({ storedAs, group, version }: ResourceInfo): { group: string; version: string } {
  return storedAs === undefined ? { group, version } : parseGroupVersion(storedAs);
}

/** An object's key. */
export function objectKey(resource: APIResource, namespace: string, name: string): string {
  return resource.namespaced ? `${resource.root}/${namespace}/${name}` : `${resource.root}/${name}`;
}
