import { LRUCache } from 'lru-cache';
import type { KindSchema, Served } from '#api';
import type { Runtime } from './execution/operation.js';
import { limits } from './limits.js';
import { typedFields } from './shapes/typed-fields.js';

interface OwnGraph {
  readonly served: Served;
  readonly runtime: Runtime;
}

/** Schemas of custom kinds, each once. */
const schemasOf = ({ own = [] }: Served): Set<KindSchema> => new Set(own.map(({ schema }) => schema));

/** Estimated bytes of the types of a custom kind. */
const bytesOf = (schema: KindSchema): number => limits.ownKindBytes + typedFields(schema) * limits.typedFieldBytes;

/**
 * The graphs of clusters with custom kinds, up to so many bytes; those that have not been used for longest go first. The types of a schema count
 * once, because all graphs that have it share them.
 */
export class OwnGraphs {
  private readonly graphs = new LRUCache<string, OwnGraph>({
    max: limits.ownGraphsBytes / limits.graphBytes,
    dispose: ({ served }) => this.left(served),
  });
  /** How many graphs have a schema. */
  private readonly users = new Map<KindSchema, number>();
  private sharedBytes = 0;

  get(cluster: string): OwnGraph | undefined {
    return this.graphs.get(cluster);
  }

  set(cluster: string, graph: OwnGraph): void {
    for (const schema of schemasOf(graph.served)) {
      const users = this.users.get(schema) ?? 0;
      this.users.set(schema, users + 1);
      if (users === 0) this.sharedBytes += bytesOf(schema);
    }
    this.graphs.set(cluster, graph);
    while (this.bytes > limits.ownGraphsBytes && this.graphs.size > 1) this.graphs.pop();
  }

  delete(cluster: string): void {
    this.graphs.delete(cluster);
  }

  /** Of all graphs, estimated. */
  get bytes(): number {
    return this.graphs.size * limits.graphBytes + this.sharedBytes;
  }

  private left(served: Served): void {
    for (const schema of schemasOf(served)) {
      const users = (this.users.get(schema) ?? 0) - 1;
      if (users > 0) {
        this.users.set(schema, users);
        continue;
      }
      this.users.delete(schema);
      this.sharedBytes -= bytesOf(schema);
    }
  }
}
