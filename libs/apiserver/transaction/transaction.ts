import type { KubeObject } from '#apimachinery';
import type { Client } from '#client';
import type { Revision } from '#storage';
import type { ApiServer } from '../api-server.js';
import { inProcessClient } from '../in-process-client.js';
import type { InProcessOptions } from '../in-process-options.js';
import { createReader } from '../rest/reader.js';
import { StagedStore } from './staged-store.js';

/** Requests whose writes are stored together, or not at all. */
export interface Transaction {
  /** Its requests are authorized, admitted and validated one by one, each on what the ones before it would leave. Nobody else sees that. */
  readonly client: Client;
  /**
   * Stores everything in one write, with consecutive revisions. Answers with what gives an object that the client has returned its
   * resourceVersion; undefined: nothing is stored, because another write came before.
   */
  commit(): Promise<((object: KubeObject) => KubeObject) | undefined>;
  /** Gives it up: nothing is stored. */
  abort(): void;
}

/** Begins a transaction of a client of the cluster. What webhooks and other clusters are asked meanwhile is not undone. */
export function beginTransaction(server: ApiServer, options: InProcessOptions): Transaction {
  const store = new StagedStore(server.cluster.store);
  const reader = createReader(store);
  const staged: ApiServer = {
    ...server,
    cluster: {
      ...server.cluster,
      store,
      reader,
      // What plugins write for a request, such as the usage of a quota, is of the transaction, too.
      loopback: () => inProcessClient({ ...staged, dispatcher: server.dispatcher.withoutSeats() }, { manager: 'kube-apiserver' }),
    },
  };
  const ends: Array<(revisions: ReadonlyMap<Revision, Revision> | undefined) => void> = [];
  const end = (revisions: ReadonlyMap<Revision, Revision> | undefined) => {
    for (const one of ends.splice(0)) one(revisions);
  };
  return {
    client: inProcessClient(staged, { ...options, held: (one) => void ends.push(one) }),
    async commit() {
      let revisions: ReadonlyMap<Revision, Revision> | undefined;
      try {
        revisions = await store.commit();
      } finally {
        end(revisions);
      }
      return revisions && ((object) => withRevision(object, revisions));
    },
    abort: () => end(undefined),
  };
}

function withRevision(object: KubeObject, revisions: ReadonlyMap<Revision, Revision>): KubeObject {
  const revision = revisions.get(Number(object.metadata.resourceVersion));
  return revision === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
