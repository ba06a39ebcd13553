import type { Tenant } from '#hosting';

/** Something that stays open on the strength of a token: a watch, a WebSocket. */
export interface StandingSession {
  cluster: Tenant;
  /** The hash of the token that it was opened with; none for an anonymous one. */
  tokenHash?: string;
  /** Whether its user may still have it; asked again when the cluster's roles or bindings change. None: the token alone decides. */
  allowed?(): Promise<boolean>;
  /** Ends it; called once. */
  close(): void;
}

/** Tells of changes of a cluster's roles and bindings until it is called off. */
export type FollowRoles = (cluster: Tenant, onChange: () => void) => () => void;

interface Cluster {
  sessions: Set<StandingSession>;
  /** Ends the following of roles; there is one only while a session depends on them. */
  stop?: () => void;
  checking: boolean;
  changed: boolean;
}

/** All that stands open in this process, to be ended when what it stands on goes: its token, its cluster, its user's roles. */
export class StandingSessions {
  private readonly clusters = new Map<Tenant, Cluster>();

  constructor(private readonly followRoles: FollowRoles) {}

  /** Notes an open session; returns what is to be called when it has ended by itself. */
  open(session: StandingSession): () => void {
    const cluster = this.clusters.get(session.cluster) ?? { sessions: new Set(), checking: false, changed: false };
    this.clusters.set(session.cluster, cluster);
    cluster.sessions.add(session);
    if (session.allowed) cluster.stop ??= this.followRoles(session.cluster, () => this.rolesChanged(cluster));
    return () => this.forget(session);
  }

  /** These tokens open nothing any more. */
  revoked(hashes: readonly string[]): void {
    const gone = new Set(hashes);
    this.end(({ tokenHash }) => tokenHash !== undefined && gone.has(tokenHash));
  }

  /** The cluster was deleted. */
  deleted(cluster: Tenant): void {
    this.end((session) => session.cluster === cluster);
  }

  /** Messages may have been lost: ends what was opened with tokens that open nothing any more. */
  async verify(opens: (tokenHash: string) => Promise<boolean>): Promise<void> {
    const hashes = new Set([...this.all()].flatMap(({ tokenHash }) => tokenHash ?? []));
    for (const hash of hashes) if (!(await opens(hash))) this.revoked([hash]);
  }

  get size(): number {
    return [...this.all()].length;
  }

  private *all(): Generator<StandingSession> {
    for (const { sessions } of this.clusters.values()) yield* sessions;
  }

  private end(which: (session: StandingSession) => boolean): void {
    for (const session of [...this.all()]) {
      if (!which(session)) continue;
      this.forget(session);
      session.close();
    }
  }

  private forget(session: StandingSession): void {
    const cluster = this.clusters.get(session.cluster);
    if (!cluster?.sessions.delete(session) || cluster.sessions.size > 0) return;
    cluster.stop?.();
    this.clusters.delete(session.cluster);
  }

  /** Asks again for each session, one after the other; changes meanwhile make another round. */
  private rolesChanged(cluster: Cluster): void {
    cluster.changed = true;
    if (cluster.checking) return;
    cluster.checking = true;
    void this.recheck(cluster).finally(() => {
      cluster.checking = false;
    });
  }

  private async recheck(cluster: Cluster): Promise<void> {
    while (cluster.changed) {
      cluster.changed = false;
      for (const session of [...cluster.sessions]) {
        // What can't be asked now stays: the next change asks again.
        const allowed = (await session.allowed?.().catch(() => true)) ?? true;
        if (allowed || !cluster.sessions.has(session)) continue;
        this.forget(session);
        session.close();
      }
    }
  }
}
