import type { Served } from '#api';
import { inlineYaml, type YamlDecoder } from '#api/yaml';
import type { Client } from '#client';
import type { Meter } from './execution/meter.js';
import type { History } from './history.js';
import type { GraphKinds } from './kinds.js';
import { Loaders } from './loaders.js';

/** One cluster as one user sees it, bound when the request's token was read. */
export interface GraphSession {
  readonly client: Client;
  readonly history: History;
  readonly cluster: { readonly id: string; readonly gitVersion: string };
  /** What the cluster serves: its graph is made of it. */
  readonly served: Served;
  /** The request, as it stands in the log and in answers to unforeseen errors. */
  readonly requestId: string;
  /** Where manifests become JSON; default at once. */
  readonly yaml?: YamlDecoder;
}

/** What every resolver is handed. One of these an operation, and one an event of a subscription: each sees the cluster as it is then. */
export class GraphContext implements Omit<GraphSession, 'served'> {
  readonly client: Client;
  readonly history: History;
  readonly cluster: GraphSession['cluster'];
  readonly requestId: string;
  readonly yaml: YamlDecoder;
  readonly loaders: Loaders;

  constructor(
    session: GraphSession,
    readonly kinds: GraphKinds,
    readonly meter: Meter,
  ) {
    ({ client: this.client, history: this.history, cluster: this.cluster, requestId: this.requestId } = session);
    this.yaml = session.yaml ?? inlineYaml;
    this.loaders = new Loaders(session.client, meter);
  }
}
