import { createHash } from 'node:crypto';
import { type apiextensionsv1, byVersionPriority, type ResourceInfo } from '#api';
import { CustomSchema } from '#apiextensions';
import type { KubeObject } from '#apimachinery';
import type { CustomKind, CustomVersion } from '#apiserver';
import { SharedByContent } from './shared-by-content.js';
import { customResourceStrategy, type KindRules, type VersionRules } from './strategy.js';
import { asStored, rereading } from './versions.js';

/** The kinds that CustomResourceDefinitions define. Those with the same content are shared by all clusters of the process. */
type Definition = KubeObject & apiextensionsv1.CustomResourceDefinition;
type Version = apiextensionsv1.CustomResourceDefinitionVersion;
type Names = apiextensionsv1.CustomResourceDefinitionNames;

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

const kinds = new SharedByContent<CustomKind>();
const schemas = new SharedByContent<CustomSchema>();

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64');

const isTrue = ({ status }: Definition, wanted: string): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True') ?? false;

function infoOf(spec: apiextensionsv1.CustomResourceDefinitionSpec, names: Names, version: Version): ResourceInfo {
  const { kind, plural, singular = '', listKind, shortNames, categories } = names;
  const { status, scale } = version.subresources ?? {};
  const warning = deprecation(spec, version);
  return {
    group: spec.group,
    version: version.name,
    resource: plural,
    singular,
    kind,
    ...(listKind ? { listKind } : {}),
    namespaced: spec.scope === 'Namespaced',
    ...(shortNames?.length ? { shortNames } : {}),
    ...(categories?.length ? { categories } : {}),
    verbs: VERBS,
    subresources: {
      ...(status ? { status: { kind, verbs: SUBRESOURCE_VERBS } } : {}),
      ...(scale ? { scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: SUBRESOURCE_VERBS } } : {}),
    },
    hashedAs: `${spec.group}/${spec.versions.find(({ storage }) => storage)?.name ?? version.name}`,
    ...(warning === undefined ? {} : { deprecation: warning }),
  };
}

/** The warning on every response for a deprecated version (customresource_handler.go defaultDeprecationWarning). */
function deprecation({ group, names, versions }: apiextensionsv1.CustomResourceDefinitionSpec, version: Version): string | undefined {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const text = `${group}/${version.name} ${names.kind} is deprecated`;
  const [better] = versions
    .filter((one) => one.served && !one.deprecated && byVersionPriority(one.name, version.name) < 0)
    .map(({ name }) => name)
    .sort(byVersionPriority);
  return better === undefined ? text : `${text}; use ${group}/${better} ${names.kind}`;
}

function build({ spec, status, metadata }: Definition, names: Names): CustomKind {
  const versions = spec.versions.filter(({ served, storage }) => served || storage);
  versions.sort((a, b) => Number(b.storage) - Number(a.storage));
  const rules = versions.map((version): VersionRules => {
    const schema = version.schema?.openAPIV3Schema ?? {};
    const id = digest([names.kind, schema, spec.preserveUnknownFields ?? false]);
    const make = () => new CustomSchema(names.kind, schema, spec.preserveUnknownFields ?? false);
    return { apiVersion: `${spec.group}/${version.name}`, version, schema: schemas.of(id, make) };
  });
  const kind: KindRules = {
    group: spec.group,
    resource: names.plural,
    versions: new Map(rules.map((rule) => [rule.apiVersion, rule])),
  };
  const [stored] = rules;
  // A schema that has changed is applied to what was stored before.
  const changed = (metadata.generation ?? 1) > 1 || (status?.storedVersions?.length ?? 0) > 1;
  return {
    versions: rules.map((rule): CustomVersion => {
      const conversion =
        stored && rule !== stored ? asStored(rule, stored, spec.conversion) : changed ? rereading(rule, spec.conversion) : undefined;
      return {
        info: infoOf(spec, names, rule.version),
        schema: rule.schema,
        strategy: customResourceStrategy(kind, rule, deprecation(spec, rule.version)),
        served: rule.version.served,
        ...(conversion ? { conversion } : {}),
      };
    }),
  };
}

/** The kind of a CustomResourceDefinition; undefined while its names are not accepted. */
export function customKindOf(object: KubeObject): CustomKind | undefined {
  const definition = object as Definition;
  const { spec, status, metadata } = definition;
  const names = status?.acceptedNames;
  if (!isTrue(definition, 'NamesAccepted') && !isTrue(definition, 'Established')) return undefined;
  if (!names?.plural || !names.kind || !names.singular || !names.listKind) return undefined;
  const changed = (metadata.generation ?? 1) > 1 || (status?.storedVersions?.length ?? 0) > 1;
  return kinds.of(digest([spec, names, changed]), () => build(definition, names));
}
