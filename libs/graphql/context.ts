import type { Served } from '#api';
import { inlineYaml, type YamlDecoder } from '#api/yaml';
import type { Instant, KubeObject } from '#apimachinery';
import type { Client } from '#client';
import type { History } from '#history';
import type { Revision } from '#storage';
import type { GraphAccess } from './access.js';
import type { GraphAudit } from './audit.js';
import type { Meter } from './execution/meter.js';
import type { Runtime } from './execution/operation.js';
import { inTurns } from './execution/pieces.js';
import type { Turns } from './execution/turns.js';
import type { GraphFaults } from './faults.js';
import type { GraphKinds } from './kinds.js';
import { Loaders } from './loaders.js';
import type { LongAnswer, LongWork } from './long-work.js';
import type { GraphOrganizations } from './organizations.js';
import { type Moment, revisionOf } from './past/moment.js';
import type { GraphScheduling } from './scheduling.js';
import type { GraphTime } from './time.js';

/** Writes that are stored together or not at all. */
interface GraphTransaction {
  /** What it writes is there for its own reads alone. */
  readonly client: Client;
  /** Answers with what gives an object that was written its resourceVersion; undefined: nothing is stored, another write came before. */
  commit(): Promise<((object: KubeObject) => KubeObject) | undefined>;
  /** Of a trial: what gives an object that was written the resourceVersion of what is stored. */
  tried(): (object: KubeObject) => KubeObject;
  abort(): void;
}

/** One cluster as one user sees it, determined by the request's token. */
export interface GraphSession {
  readonly client: Client;
  /** Begins a transaction of the user; a trial takes what dry runs write, and is never stored. */
  readonly transaction: (options: { trial: boolean }) => GraphTransaction;
  readonly history: History;
  readonly audit: GraphAudit;
  readonly access: GraphAccess;
  readonly faults: GraphFaults;
  /** Unset where no platform keeps the cluster. */
  readonly time?: GraphTime;
  /** Unset likewise. */
  readonly organizations?: GraphOrganizations;
  readonly scheduling: GraphScheduling;
  readonly cluster: { readonly id: string; readonly name: string; readonly gitVersion: string };
  /** The same for all sessions of the cluster that may read the same. */
  readonly viewer: string;
  /** The time of the cluster's clock. */
  readonly now: () => Instant;
  /** The resources that the cluster serves now, from which its graph is built: others, as soon as it serves others. */
  readonly served: Served;
  /** The request's id, for the log and for responses to unexpected errors. */
  readonly requestId: string;
  /** Converts manifests to JSON; by default synchronously. */
  readonly yaml?: YamlDecoder;
  /** Does long work in another thread; undefined if none takes it: then it is to be done here. */
  readonly workElsewhere?: (work: LongWork) => Promise<LongAnswer | undefined>;
}

/**
 * The context of resolvers. There is one per operation, and one per event of a subscription: each sees the cluster as it is at that time.
 */
export class GraphContext implements Omit<GraphSession, 'served' | 'viewer' | 'time' | 'organizations' | 'workElsewhere'> {
  readonly client: Client;
  readonly transaction: GraphSession['transaction'];
  readonly history: History;
  readonly audit: GraphAudit;
  readonly access: GraphAccess;
  readonly faults: GraphFaults;
  readonly time: GraphTime | undefined;
  readonly organizations: GraphOrganizations | undefined;
  readonly scheduling: GraphScheduling;
  readonly cluster: GraphSession['cluster'];
  readonly now: GraphSession['now'];
  readonly requestId: string;
  readonly yaml: YamlDecoder;
  readonly workElsewhere: GraphSession['workElsewhere'] | undefined;
  readonly loaders: Loaders;
  /** The past revision that the loaders read; unset: now. */
  readonly revision?: Revision;
  /** Of which past revision objects of this operation are, the contexts of these revisions, and those of moments. */
  private readonly past = {
    revisions: new WeakMap<object, Revision>(),
    contexts: new Map<Revision, GraphContext>(),
    moments: new Map<string, Promise<GraphContext>>(),
  };

  /** Contexts of other clusters, by id. */
  private readonly others = new Map<string, Promise<GraphContext>>();

  readonly kinds: GraphKinds;
  /** Runs after so many milliseconds of the machine; returns what cancels it. */
  readonly after: Turns['after'];

  constructor(
    session: GraphSession,
    private readonly runtime: Pick<Runtime, 'kinds' | 'turns' | 'kindsOf'>,
    readonly meter: Meter,
    /** Whether the graph is that of another cluster, whose organization this one is in. */
    readonly isOther = false,
  ) {
    const { kinds, turns } = runtime;
    this.kinds = kinds;
    this.after = (milliseconds, run) => turns.after(milliseconds, run);
    ({ client: this.client, transaction: this.transaction, history: this.history, audit: this.audit, access: this.access } = session);
    ({ time: this.time, organizations: this.organizations } = session);
    ({ faults: this.faults, scheduling: this.scheduling, cluster: this.cluster, requestId: this.requestId, now: this.now } = session);
    this.yaml = session.yaml ?? inlineYaml;
    this.workElsewhere = session.workElsewhere;
    this.loaders = new Loaders(session.client, meter);
  }

  /** The context of another cluster in the same operation, which counts for both; it is opened once. */
  inside(id: string, open: () => Promise<GraphSession>): Promise<GraphContext> {
    const found = this.others.get(id) ?? open().then((session) => this.insideOf(session));
    this.others.set(id, found);
    return found;
  }

  private async insideOf(session: GraphSession): Promise<GraphContext> {
    const { turns, kindsOf } = this.runtime;
    const kinds = await inTurns(kindsOf(session.served), () => this.meter.turn());
    return new GraphContext(session, { turns, kindsOf, kinds }, this.meter, true);
  }

  /** The same with loaders that read a moment of the past; this one if it is undefined. A moment is the same for the whole operation. */
  at(moment: Moment | undefined): Promise<GraphContext> | GraphContext {
    if (moment === undefined) return this;
    const { moments } = this.past;
    const name = JSON.stringify(moment);
    const found = moments.get(name) ?? revisionOf(moment, this).then((revision) => this.atRevision(revision));
    moments.set(name, found);
    return found;
  }

  /** The context in which the relations of an object are followed: that of the revision which it is of. */
  of(object: object): GraphContext {
    const revision = this.past.revisions.get(object);
    return revision === undefined ? this : this.atRevision(revision);
  }

  private atRevision(revision: Revision): GraphContext {
    const { contexts, revisions } = this.past;
    const known = contexts.get(revision);
    if (known) return known;
    const read = (object: KubeObject) => void revisions.set(object, revision);
    const loaders = new Loaders(this.client, this.meter, { at: revision, read });
    const context: GraphContext = Object.assign(Object.create(GraphContext.prototype), this, { loaders, revision });
    contexts.set(revision, context);
    return context;
  }
}
