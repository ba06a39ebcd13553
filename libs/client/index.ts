export type {
  CausalClient,
  Client,
  DeleteQuery,
  GetQuery,
  Listed,
  ListQuery,
  LogQuery,
  PatchType,
  WatchEvent,
  WatchHandler,
  WriteCause,
  WriteQuery,
  WriteReport,
} from './client.js';
export { type HttpClient, type HttpClientOptions, httpClient, resourcePath } from './http-client.js';
export { Indexer, type Informer, type InformerChange } from './informer.js';
export { createInformers, type InformerSet, type Informers, type ResourceListener } from './informers.js';
export { perCluster } from './per-cluster.js';
export { indexPodsByNode, podsOnNode } from './pods-by-node.js';
export { resourceNamed } from './resource-named.js';
