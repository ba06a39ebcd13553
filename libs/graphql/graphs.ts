import { LRUCache } from 'lru-cache';
import type { Served } from '#api';
import type { GraphSession } from './context.js';
import type { Runtime } from './execution/operation.js';
import { builtInKinds } from './kinds.js';
import { limits } from './limits.js';
import { BuiltInGraph } from './schema.js';
import type { Descriptions } from './types.js';

interface OwnGraph {
  served: Served;
  runtime: Runtime;
}

/** Bytes of a graph of a cluster's own: the map of all types, the fields of its root, and the types of its own kinds. */
function bytesOf({ served }: OwnGraph): number {
  const fields = served.own?.reduce((sum, { schema }) => sum + Object.keys(schema.published?.properties ?? {}).length, 0) ?? 0;
  return limits.graphBytes + (served.own?.length ?? 0) * limits.ownKindBytes + fields * limits.ownFieldBytes;
}

/** The graphs of clusters: one for all that serve the built-in kinds alone, one of its own for each of the others. */
export class Graphs {
  private readonly graph: BuiltInGraph;
  /** That of all clusters without kinds of their own. */
  readonly builtIn: Runtime;
  private readonly own = new LRUCache<string, OwnGraph>({ maxSize: limits.ownGraphsBytes, sizeCalculation: bytesOf });

  constructor(
    private readonly shared: Omit<Runtime, 'schema' | 'kinds'>,
    descriptions: Descriptions,
  ) {
    this.graph = new BuiltInGraph(descriptions);
    this.builtIn = { ...shared, kinds: builtInKinds, schema: this.graph.schema };
  }

  /** What the operations of a cluster run on; the same object until the cluster serves something else. */
  of({ cluster: { id }, served }: Pick<GraphSession, 'cluster' | 'served'>): Runtime {
    if (!served.own?.length) {
      this.own.delete(id);
      return this.builtIn;
    }
    const known = this.own.get(id);
    if (known?.served === served) return known.runtime;
    const runtime = { ...this.shared, ...this.graph.extendedTo(served) };
    this.own.set(id, { served, runtime });
    return runtime;
  }
}
