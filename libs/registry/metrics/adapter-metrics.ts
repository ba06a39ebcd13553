import type { corev1, ResourceInfo } from '#api';
import { CustomSchema } from '#apiextensions';
import { failureStatus, formatTime, type KubeObject, labelSelectorAsSelector, StatusError } from '#apimachinery';
import { type AddOn, anyStorage, type ClusterReader, listOptions, type RestScope } from '#apiserver';
import { EXTERNAL_METRIC, metricOf, metricsOf, seriesOf } from '#component-helpers';

/**
 * What an adapter such as prometheus-adapter answers while one of its pods is ready (kubernetes-sigs/custom-metrics-apiserver). Values are
 * those that the cluster's objects carry.
 */

const CUSTOM = 'custom.metrics.k8s.io';
const EXTERNAL = 'external.metrics.k8s.io';
/** Kinds whose metrics discovery lists, by group and resource. */
const LISTED: ReadonlyArray<[group: string, resource: string, namespaced: boolean]> = [
  ['', 'pods', true],
  ['', 'services', true],
  ['', 'namespaces', false],
  ['', 'nodes', false],
  ['apps', 'deployments', true],
  ['networking.k8s.io', 'ingresses', true],
];
/** Metrics that discovery lists at most. */
const MOST_LISTED = 1_000;

/** provider.NewMetricNotFoundError and NewMetricNotFoundForError */
function noMetric(metric: string, resource: string, name?: string): StatusError {
  const message = `the server could not find the metric ${metric} for ${resource}${name === undefined ? '' : ` ${name}`}`;
  return new StatusError(failureStatus({ code: 404, reason: 'NotFound', message }));
}

const qualified = (group: string, resource: string): string => (group === '' ? resource : `${resource}.${group}`);

interface Asked {
  version: string;
  /** `pods`, `deployments.apps`; `metrics`: of the namespace itself. */
  resource: string;
  metric: string;
}

/** The resource of a name with or without its group. */
function resourceNamed({ cluster }: RestScope, named: string): ResourceInfo | undefined {
  const dot = named.indexOf('.');
  const [resource, group] = dot < 0 ? [named, ''] : [named.slice(0, dot), named.slice(dot + 1)];
  return cluster.storages.stored(group, resource)?.info;
}

function metricValue(
  object: KubeObject,
  { version, metric }: Asked,
  { group, version: of, kind }: ResourceInfo,
  at: string,
): object | undefined {
  const value = metricOf(object, metric);
  if (value === undefined) return undefined;
  const { name, namespace } = object.metadata;
  return {
    describedObject: { kind, ...(namespace && { namespace }), name, apiVersion: `${group}/${of}` },
    ...(version === 'v1beta1' ? { metricName: metric } : { metric: { name: metric, selector: null } }),
    timestamp: at,
    value: value.toString(),
    ...(version === 'v1beta1' && { selector: null }),
  };
}

/** The values of objects: those that are selected, or the one that is named. */
async function valuesOf(scope: RestScope, asked: Asked, info: ResourceInfo, query: URLSearchParams): Promise<object[]> {
  const { cluster, name, work } = scope;
  const at = formatTime(cluster.clock.now());
  const namespace = info.namespaced ? scope.namespace : '';
  if (name !== '*') {
    const object = await cluster.reader.get(info.group, info.resource, namespace, name);
    return [object && metricValue(object, asked, info, at)].filter((value) => value !== undefined);
  }
  const { labelSelector } = listOptions(query);
  const values: object[] = [];
  for (const { object } of await cluster.reader.stored(info.group, info.resource, namespace)) {
    const pending = work.pause();
    if (pending) await pending;
    if (labelSelector?.matches(object.metadata.labels) === false) continue;
    const value = metricValue(object, asked, info, at);
    if (value) values.push(value);
  }
  return values;
}

/** Series that annotations give have no labels. */
const selectsPlain = (query: URLSearchParams): boolean =>
  listOptions(new URLSearchParams({ labelSelector: query.get('metricLabelSelector') ?? '' })).labelSelector?.matches({}) !== false;

async function customMetrics(scope: RestScope, { version, resource, metric }: Asked, query: URLSearchParams): Promise<KubeObject> {
  // namespaces/NAME/metrics/METRIC is about the namespace.
  const ofNamespace = resource === 'metrics' && metric === '';
  const asked = ofNamespace ? { version, resource: 'namespaces', metric: scope.name } : { version, resource, metric };
  const within = ofNamespace ? { ...scope, name: scope.namespace, namespace: '' } : scope;
  const info = asked.metric === '' ? undefined : resourceNamed(scope, asked.resource);
  const items = info && selectsPlain(query) ? await valuesOf(within, asked, info, query) : [];
  if (items.length === 0) throw noMetric(asked.metric, asked.resource, within.name === '*' ? undefined : within.name);
  return { kind: 'MetricValueList', apiVersion: `${CUSTOM}/${version}`, metadata: {}, items } as unknown as KubeObject;
}

const configMaps = (reader: ClusterReader, namespace: string) => reader.stored<corev1.ConfigMap>('', 'configmaps', namespace);

async function externalMetrics(scope: RestScope, metric: string, query: URLSearchParams): Promise<KubeObject> {
  const { cluster, namespace, work } = scope;
  const { labelSelector = labelSelectorAsSelector({}) } = listOptions(query);
  const timestamp = formatTime(cluster.clock.now());
  const items: object[] = [];
  for (const { object } of await configMaps(cluster.reader, namespace)) {
    const pending = work.pause();
    if (pending) await pending;
    const series = seriesOf(object, metric);
    if (series === undefined || !labelSelector.matches(series.labels)) continue;
    items.push({ metricName: metric, metricLabels: series.labels, timestamp, value: series.value.toString() });
  }
  return { kind: 'ExternalMetricValueList', apiVersion: `${EXTERNAL}/v1beta1`, metadata: {}, items } as unknown as KubeObject;
}

interface Group {
  group: string;
  version: string;
  kind: string;
}

const listed = ({ group, version, kind }: Group, resource: string, namespaced: boolean): ResourceInfo => ({
  ...{ group, version, resource, kind, namespaced },
  singular: '',
  verbs: ['get'],
  subresources: {},
});

type Lister = (group: Group, cluster: Parameters<NonNullable<AddOn['any']>['resources']>[0]) => Promise<ResourceInfo[]>;

const listedCustom: Lister = async (group, { reader, share, store }) => {
  const work = share.task(store.cluster);
  const names = new Map<string, boolean>();
  for (const [of, resource, namespaced] of LISTED) {
    for (const { object } of await reader.stored(of, resource)) {
      const pending = work.pause();
      if (pending) await pending;
      for (const metric of metricsOf(object)) if (names.size < MOST_LISTED) names.set(`${qualified(of, resource)}/${metric}`, namespaced);
    }
  }
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, namespaced]) => listed(group, name, namespaced));
};

const listedExternal: Lister = async (group, { reader, share, store }) => {
  const work = share.task(store.cluster);
  const names = new Set<string>();
  for (const { object } of await configMaps(reader, '')) {
    const pending = work.pause();
    if (pending) await pending;
    const name = object.metadata.labels?.[EXTERNAL_METRIC];
    if (name !== undefined && names.size < MOST_LISTED) names.add(name);
  }
  return [...names].sort().map((name) => listed(group, name, true));
};

type Answer = (scope: RestScope, path: { resource: string; subresource: string }, query: URLSearchParams) => Promise<KubeObject>;

function addOn(group: Group, list: Lister, answer: Answer): AddOn {
  const schema = new CustomSchema(group.kind, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, false);
  const of = anyStorage({ info: listed(group, 'metrics', true), schema });
  return {
    ...{ group: group.group, version: group.version },
    kinds: new Map(),
    any: {
      storage: (resource, subresource) => of((scope, query) => answer(scope, { resource, subresource }, query)),
      resources: (cluster) => list(group, cluster),
    },
  };
}

const custom = (version: string): AddOn =>
  addOn({ group: CUSTOM, version, kind: 'MetricValueList' }, listedCustom, (scope, { resource, subresource }, query) =>
    customMetrics(scope, { version, resource, metric: subresource }, query),
  );

/** The APIs of metrics adapters. */
export const adapterMetrics: readonly AddOn[] = [
  custom('v1beta2'),
  custom('v1beta1'),
  addOn({ group: EXTERNAL, version: 'v1beta1', kind: 'ExternalMetricValueList' }, listedExternal, (scope, { resource }, query) =>
    externalMetrics(scope, resource, query),
  ),
];
