import { preferredResources } from '#api';
import type { ClusterStore } from '#cacher';
import type { VersionInfo } from '#component-base';
import { metricText, TEXT_FORMAT, type Value, type Vector, values } from '#component-base';
import { plainResponse } from '../endpoints/responses.js';
import type { FlowControl } from '../flow-control/flow-control.js';
import type { ApiResponse } from '../request/request.js';
import { listPrefix } from '../rest/keys.js';
import type { StorageMap } from '../storage-map.js';
import type { RequestMetrics } from './request-metrics.js';

/** What the metrics of one cluster are made of. */
export interface MetricSources {
  requests: RequestMetrics;
  store: Pick<ClusterStore, 'countOf'>;
  storages: StorageMap;
  version: VersionInfo;
  flowControl: FlowControl | undefined;
  /** When this process opened the cluster's API, in seconds of the cluster's clock: what is counted begins there. */
  startedAt: number;
}

/** The objects of each resource, as far as this process's cache knows. */
function objects({ store, storages }: MetricSources): Vector<Value>[] {
  const byGroup = values('apiserver_resource_objects', '[ALPHA] Stored objects by resource.', 'gauge');
  const byName = values(
    'apiserver_storage_objects',
    '[STABLE] Stored objects by resource; deprecated, apiserver_resource_objects replaces it.',
    'gauge',
  );
  for (const { group, resource } of preferredResources(storages.served())) {
    const count = store.countOf(listPrefix(group, resource, ''));
    if (count === undefined) continue;
    byGroup.of({ group, resource }).value = count;
    byName.of({ resource: group === '' ? resource : `${resource}.${group}` }).value = count;
  }
  return [byGroup, byName];
}

/** The priority levels now (apiserver/pkg/util/flowcontrol/metrics). */
function priorityLevels({ flowControl }: MetricSources): Vector<Value>[] {
  const inQueue = values('apiserver_flowcontrol_current_inqueue_requests', '[BETA] Requests that wait for seats.', 'gauge');
  const nominal = values(
    'apiserver_flowcontrol_nominal_limit_seats',
    '[BETA] Seats of each priority level, without borrowed ones.',
    'gauge',
  );
  const { levels, waiting } = flowControl?.state() ?? { levels: [], waiting: [] };
  for (const { name, nominal: seats } of levels) nominal.of({ priority_level: name }).value = seats;
  for (const { flow, requests } of waiting) inQueue.of({ flow_schema: flow.schema, priority_level: flow.level.name }).value += requests;
  return [inQueue, nominal];
}

function buildInfo({ version }: MetricSources): Vector<Value> {
  const { buildDate, compiler, gitCommit, gitTreeState, gitVersion, goVersion, major, minor, platform } = version;
  const info = values('kubernetes_build_info', '[ALPHA] The version of Kubernetes that is simulated; the value is 1.', 'gauge');
  const named = { build_date: buildDate, compiler, git_commit: gitCommit, git_tree_state: gitTreeState, git_version: gitVersion };
  info.of({ ...named, go_version: goVersion, major, minor, platform }).value = 1;
  return info;
}

function start({ startedAt }: MetricSources): Vector<Value> {
  const at = values('process_start_time_seconds', 'When this process began to serve the cluster.', 'gauge');
  at.of({}).value = startedAt;
  return at;
}

const answer = (metrics: ReadonlyArray<Parameters<typeof metricText>[0]>): ApiResponse => ({
  ...plainResponse(200, metrics.map(metricText).join('')),
  headers: { 'content-type': TEXT_FORMAT },
});

/** Answers /metrics: what this process has counted about the cluster's requests since it opened its API. */
export function metricsResponse(sources: MetricSources): ApiResponse {
  return answer([...sources.requests.all, ...priorityLevels(sources), ...objects(sources), buildInfo(sources), start(sources)]);
}

/** Answers /metrics/slis: the results of the health checks (component-base/metrics/prometheus/slis). */
export function slisResponse(sources: MetricSources): ApiResponse {
  return answer([...sources.requests.health, start(sources)]);
}
