import type { KubeObject } from '#apimachinery';
import type { Client } from '#client';
import type { Revision } from '#storage';
import type { ApiServer } from '../api-server.js';
import { inProcessClient } from '../in-process-client.js';
import type { InProcessOptions } from '../in-process-options.js';
import { createReader } from '../rest/reader.js';
import { StagedStore } from './staged-store.js';

/** Requests whose writes are stored together, or not at all; of a trial, whose requests are dry runs, never. */
export interface Transaction {
  /** Its requests are authorized, admitted and validated one by one, each on what the ones before it would leave. Nobody else sees that. */
  readonly client: Client;
  /**
   * Stores everything in one write, with consecutive revisions. Answers with what gives an object that the client has returned its
   * resourceVersion; undefined: nothing is stored, because another write came before.
   */
  commit(): Promise<((object: KubeObject) => KubeObject) | undefined>;
  /** Of a trial: what gives an object that its client has returned the resourceVersion that a dry run answers with, of what is stored. */
  tried(): (object: KubeObject) => KubeObject;
  /** Gives it up: nothing is stored. */
  abort(): void;
}

/** Begins a transaction of a client of the cluster. What webhooks and other clusters are asked meanwhile is not undone. */
export function beginTransaction(server: ApiServer, options: InProcessOptions, { trial = false }: { trial?: boolean } = {}): Transaction {
  const store = new StagedStore(server.cluster.store);
  const reader = createReader(store);
  const staged: ApiServer = {
    ...server,
    cluster: {
      ...server.cluster,
      store,
      reader,
      ...(trial && { trial }),
      // What plugins write for a request, such as the usage of a quota, is of the transaction, too.
      loopback: () => inProcessClient({ ...staged, dispatcher: server.dispatcher.withoutSeats() }, { manager: 'kube-apiserver' }),
    },
  };
  const ends: Array<(revisions: ReadonlyMap<Revision, Revision> | undefined) => void> = [];
  const end = (revisions: ReadonlyMap<Revision, Revision> | undefined) => {
    for (const one of ends.splice(0)) one(revisions);
  };
  return {
    client: inProcessClient(staged, { ...options, ...(!trial && { held: (one) => void ends.push(one) }) }),
    async commit() {
      let revisions: ReadonlyMap<Revision, Revision> | undefined;
      try {
        revisions = await store.commit();
      } finally {
        end(revisions);
      }
      return revisions && ((object) => withRevision(object, revisions));
    },
    tried() {
      const standing = store.standing();
      return (object) => withRevision(object, standing);
    },
    abort: () => end(undefined),
  };
}

function withRevision(object: KubeObject, revisions: ReadonlyMap<Revision, Revision | undefined>): KubeObject {
  const provisional = Number(object.metadata.resourceVersion);
  if (!revisions.has(provisional)) return object;
  const { resourceVersion: _, ...metadata } = object.metadata;
  const revision = revisions.get(provisional);
  return { ...object, metadata: { ...metadata, ...(revision !== undefined && { resourceVersion: String(revision) }) } };
}
