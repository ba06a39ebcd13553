import type { Served } from '#api';
import type { GraphSession } from './context.js';
import { Audiences } from './execution/audiences.js';
import type { Runtime } from './execution/operation.js';
import { inTurns } from './execution/pieces.js';
import { builtInKinds } from './kinds.js';
import { OwnGraphs } from './own-graphs.js';
import { BuiltInGraph } from './schema.js';
import type { Descriptions } from './shapes/built-in.js';

/** The cluster whose graph is wanted. */
type Session = Pick<GraphSession, 'cluster' | 'served'>;

/** A graph that is being built. */
interface Building {
  served: Served;
  runtime: Promise<Runtime>;
}

/** The graphs of clusters: one for all that serve only the built-in kinds, and a separate one for each of the others. */
export class Graphs {
  private readonly graph: BuiltInGraph;
  /** The graph of all clusters without custom kinds. */
  readonly builtIn: Runtime;
  private readonly kindsOf: Runtime['kindsOf'];
  private readonly shared: Omit<Runtime, 'schema' | 'kinds' | 'kindsOf'>;
  private readonly own = new OwnGraphs();
  /** By cluster; one at a time. */
  private readonly building = new Map<string, Building>();

  constructor(shared: Omit<Runtime, 'schema' | 'kinds' | 'kindsOf' | 'audiences'>, descriptions: Descriptions) {
    this.shared = { ...shared, audiences: new Audiences(shared.turns) };
    this.graph = new BuiltInGraph(descriptions);
    this.kindsOf = (served) => this.graph.kindsOf(served);
    this.builtIn = { ...this.shared, kindsOf: this.kindsOf, kinds: builtInKinds, schema: this.graph.schema };
  }

  /**
   * What the operations of a cluster are executed with: the same object until the served resources change. It is built in the cluster's own
   * turns; who asks meanwhile waits, and gets that of what is served then.
   */
  async of(session: Session): Promise<Runtime> {
    const { id } = session.cluster;
    for (;;) {
      // Read anew: it may have changed during the wait.
      const { served } = session;
      if (!served.own?.length) {
        this.own.delete(id);
        return this.builtIn;
      }
      const known = this.own.get(id);
      if (known?.served === served) return known.runtime;
      const building = this.building.get(id);
      if (!building) return this.start(session);
      if (building.served === served) return building.runtime;
      await building.runtime.catch(() => undefined);
    }
  }

  /** Builds the graph of a cluster of which none is being built. */
  private start(session: Session): Promise<Runtime> {
    const { id } = session.cluster;
    const { served } = session;
    const runtime = this.build(session, served).finally(() => this.building.delete(id));
    this.building.set(id, { served, runtime });
    return runtime;
  }

  private async build(session: Session, served: Served): Promise<Runtime> {
    const { id } = session.cluster;
    const share = this.shared.turns.share(id);
    try {
      const made = await inTurns(this.graph.extendedTo(served), () => share.turn());
      const runtime = { ...this.shared, kindsOf: this.kindsOf, ...made };
      if (session.served === served) this.own.set(id, { served, runtime });
      return runtime;
    } finally {
      share.stop();
    }
  }
}
