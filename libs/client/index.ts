export type { CausalClient, Client, DeleteQuery, Listed, ListQuery, PatchType, WatchEvent, WatchHandler, WriteQuery } from './client.js';
export { type HttpClient, type HttpClientOptions, httpClient, resourcePath } from './http-client.js';
export { type Informer, type InformerChange, ObjectIndex } from './informer.js';
export { createInformers, type InformerSet, type Informers } from './informers.js';
