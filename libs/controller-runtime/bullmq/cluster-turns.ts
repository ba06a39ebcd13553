import type { Linger } from '../turn.js';

interface LingerTerms {
  /** A turn ends after this many milliseconds in which none of the cluster had work. */
  quiet: number;
  /** Milliseconds from its beginning after which a turn no longer waits for what others of its cluster do. */
  patience: number;
  /** Machine time. */
  now(): number;
  /** Whether turns of other clusters wait for this one's slot. */
  othersWait(): boolean;
  /** The turns without work of all clusters, and how many of them may be patient: the other slots are for turns with work. */
  lingering: { count: number; readonly most: number };
}

interface Waiting {
  /** Decides how long it waits, as of now. */
  look(): void;
  finish(goesOn: boolean): void;
}

/** A turn that is being taken in this process. */
interface TurnInProgress {
  readonly linger: Linger;
  /** The turn is over. */
  end(): void;
}

/**
 * The turns of one cluster in this process. One without work waits while another one works, since that may make work for it: what follows
 * from a change is done in a few turns that end together, even if others wait for their slots.
 */
export class ClusterTurns {
  private working = 0;
  /** When the last one that worked stopped. */
  private restSince = 0;
  /** Those without work. */
  private readonly waiting = new Set<Waiting>();

  begin(terms: LingerTerms): TurnInProgress {
    const until = terms.now() + terms.patience;
    let works = false;
    const work = (does: boolean) => {
      if (works === does) return;
      works = does;
      this.working += does ? 1 : -1;
      if (this.working > 0) return;
      this.restSince = terms.now();
      for (const { look } of [...this.waiting]) look();
    };
    work(true);
    return {
      linger: { othersWait: terms.othersWait, wait: (due) => this.wait(due, { ...terms, until, work }) },
      end: () => work(false),
    };
  }

  /** Ends the turns without work. */
  stop(): void {
    for (const { finish } of [...this.waiting]) finish(false);
  }

  private wait(due: number | undefined, terms: LingerTerms & { until: number; work(does: boolean): void }): ReturnType<Linger['wait']> {
    const { now, work, lingering } = terms;
    const started = now();
    const dueAt = due === undefined ? Number.POSITIVE_INFINITY : started + Math.max(0, due);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let resolve = (_goesOn: boolean): void => undefined;
    const promise = new Promise<boolean>((resolved) => {
      resolve = resolved;
    });
    const waiting: Waiting = {
      finish: (goesOn) => {
        clearTimeout(timer);
        if (this.waiting.delete(waiting)) {
          lingering.count -= 1;
          if (goesOn) work(true);
        }
        resolve(goesOn);
      },
      look: () => {
        clearTimeout(timer);
        const at = now();
        const endsAt = this.endOf({ at, started, dueAt, ...terms });
        if (at >= dueAt || at >= endsAt) waiting.finish(at >= dueAt);
        else timer = setTimeout(waiting.look, Math.min(dueAt, endsAt) - at);
      },
    };
    this.waiting.add(waiting);
    lingering.count += 1;
    work(false);
    // Unless it was the last one that worked.
    if (this.waiting.has(waiting) && timer === undefined) waiting.look();
    return { promise, come: () => waiting.finish(true) };
  }

  /** Until when a turn without work waits, as of now. */
  private endOf(turn: LingerTerms & { at: number; started: number; dueAt: number; until: number }): number {
    const { at, started, dueAt, until, quiet, othersWait, lingering } = turn;
    if (this.working > 0 && at < until && lingering.count <= lingering.most) return until;
    if (othersWait()) return at;
    const end = Math.max(started, this.working > 0 ? 0 : this.restSince) + quiet;
    return dueAt - at <= quiet ? Math.max(end, dueAt) : end;
  }
}
