import type { Tenant } from '#hosting';

/** Why a session is closed: its token was revoked or has expired, its cluster was deleted, or its user may no longer do this. */
export type EndReason = 'revoked' | 'deleted' | 'forbidden';

/** Something that stays open as long as its token is valid: a watch, a WebSocket. */
export interface StandingSession {
  cluster: Tenant;
  /** The hash of the token that it was opened with; unset if anonymous. */
  tokenHash?: string;
  /** Whether its user is still authorized; called again when the cluster's roles or bindings change. Unset: only the token matters. */
  allowed?(): Promise<boolean>;
  /** Closes it; called once. */
  close(reason: EndReason): void;
}

/** Calls back for changes of a cluster's roles and bindings; returns a function that stops this. */
export type FollowRoles = (cluster: Tenant, onChange: () => void) => () => void;

interface Cluster {
  sessions: Set<StandingSession>;
  /** Stops following roles, which are followed only while a session depends on them. */
  stop?: () => void;
  checking: boolean;
  changed: boolean;
}

/**
 * Everything that stays open in this process, to be closed when its token is revoked, its cluster deleted or its user no longer authorized.
 */
export class StandingSessions {
  private readonly clusters = new Map<Tenant, Cluster>();

  constructor(private readonly followRoles: FollowRoles) {}

  /** Registers an open session; returns a function to call when it ends by itself. */
  open(session: StandingSession): () => void {
    const cluster = this.clusters.get(session.cluster) ?? { sessions: new Set(), checking: false, changed: false };
    this.clusters.set(session.cluster, cluster);
    cluster.sessions.add(session);
    if (session.allowed) cluster.stop ??= this.followRoles(session.cluster, () => this.rolesChanged(cluster));
    return () => this.forget(session);
  }

  /** These tokens have been revoked. */
  revoked(hashes: readonly string[]): void {
    const gone = new Set(hashes);
    this.end('revoked', ({ tokenHash }) => tokenHash !== undefined && gone.has(tokenHash));
  }

  /** The cluster was deleted. */
  deleted(cluster: Tenant): void {
    this.end('deleted', (session) => session.cluster === cluster);
  }

  /** Messages may have been lost: closes sessions whose tokens are no longer valid. */
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

  private end(reason: EndReason, which: (session: StandingSession) => boolean): void {
    for (const session of [...this.all()]) {
      if (!which(session)) continue;
      this.forget(session);
      session.close(reason);
    }
  }

  private forget(session: StandingSession): void {
    const cluster = this.clusters.get(session.cluster);
    if (!cluster?.sessions.delete(session) || cluster.sessions.size > 0) return;
    cluster.stop?.();
    this.clusters.delete(session.cluster);
  }

  /** Checks each session again, one after the other; changes in the meantime cause another round. */
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
        // A session that cannot be checked now stays open: the next change checks it again.
        const allowed = (await session.allowed?.().catch(() => true)) ?? true;
        if (allowed || !cluster.sessions.has(session)) continue;
        this.forget(session);
        session.close('forbidden');
      }
    }
  }
}
