import type { Instant } from '#apimachinery';
import { FencedError } from './errors.js';
import { type BeginOptions, CLOCK, type Fence, type Revision, type TurnState } from './storage.js';

interface Turn extends TurnState {
  /** Begun by a host that shares the cluster with others, and not ended. */
  open: boolean;
  /** When a sweep last returned it. */
  askedAt: Instant;
}

/** Turns of one cluster, and its clock, in memory. */
export class Turns {
  readonly #turns = new Map<string, Turn>();
  #clock: { now: Instant; target?: Instant; failure?: string } | undefined;
  #request: string | undefined;

  /** Throws FencedError if the token is not the latest one. */
  check({ component, token }: Fence): void {
    if (this.#turns.get(component)?.token !== token) throw new FencedError(component);
  }

  begin(component: string, { now, under }: BeginOptions): TurnState {
    if (under !== undefined) this.check(under);
    const last = this.#turns.get(component) ?? { token: 0, cursor: 0, open: false, askedAt: 0 };
    if (now !== undefined && (last.parkedUntil ?? 0) > now) return stateOf(last);
    const { parkedUntil: _, ...rest } = last;
    const overtook = last.open && now !== undefined;
    const turn: Turn = { ...rest, token: last.token + 1, lost: (last.lost ?? 0) + (overtook ? 1 : 0), open: now !== undefined };
    this.#turns.set(component, turn);
    return { ...stateOf(turn), ...(overtook && { overtook }) };
  }

  end(component: string, state: TurnState): void {
    this.check({ component, token: state.token });
    this.#turns.set(component, { ...stateOf(state), open: false, askedAt: this.#turns.get(component)?.askedAt ?? 0 });
  }

  skip(component: string, from: Revision, to: Revision): void {
    const turn = this.#turns.get(component);
    if (turn?.cursor === from) turn.cursor = to;
  }

  get clock(): { now?: Instant; target?: Instant; failure?: string } {
    return { ...this.#clock };
  }

  askClock({ id, from, by }: { id: string; from: Instant; by: number }): Instant {
    const { now, target } = this.#clock ?? { now: from };
    if (!this.#turns.has(CLOCK)) this.#turns.set(CLOCK, { token: 0, cursor: 0, open: false, askedAt: 0 });
    if (id === this.#request) return target ?? now;
    this.#request = id;
    this.#clock = { now, target: (target ?? now) + by };
    return (target ?? now) + by;
  }

  stepClock(token: number, { now, done, failure }: { now: Instant; done?: boolean; failure?: string }) {
    this.check({ component: CLOCK, token });
    const clock = this.#clock ?? { now };
    const reached = clock.target === undefined ? clock.now : Math.max(clock.now, Math.min(now, clock.target));
    const ends = done === true && (reached === clock.target || failure !== undefined);
    this.#clock = { ...clock, now: reached, ...(ends && { failure }), target: ends ? undefined : clock.target };
    for (const key of ['target', 'failure'] as const) if (this.#clock[key] === undefined) delete this.#clock[key];
    return { now: reached, ...(this.#clock.target !== undefined && { target: this.#clock.target }) };
  }

  lagging(now: Instant, revision: Revision, components: readonly string[]) {
    return components.flatMap((component) => {
      const turn = this.#turns.get(component);
      if (turn === undefined || (turn.parkedUntil ?? 0) > now) return [];
      const due = (turn.nextAt !== undefined && turn.nextAt <= now) || (component === CLOCK && this.#clock?.target !== undefined);
      return due || turn.cursor < revision ? [{ component, turn, due }] : [];
    });
  }

  /** New turns of these components, which have read nothing yet. */
  startAnew(components: readonly string[]): void {
    this.#turns.clear();
    for (const name of components) this.#turns.set(name, { token: 0, cursor: 0, open: false, askedAt: 0 });
  }

  /** Supersedes every turn, which becomes due, and stops advancing the clock. */
  interrupt(failure: string): void {
    for (const [name, { token, cursor, askedAt }] of this.#turns) {
      this.#turns.set(name, { token: token + 1, cursor, nextAt: 0, open: false, askedAt });
    }
    if (this.#clock?.target !== undefined) this.#clock = { now: this.#clock.now, failure };
  }

  copyFrom(other: Turns): void {
    for (const [name, turn] of other.#turns) {
      this.#turns.set(name, { token: turn.token, cursor: turn.cursor, nextAt: turn.nextAt, open: false, askedAt: 0 });
    }
  }
}

/** The result of beginning a turn. */
function stateOf({ token, cursor, nextAt, lost = 0, parkedUntil }: TurnState): TurnState {
  return {
    token,
    cursor,
    ...(nextAt !== undefined && { nextAt }),
    ...(lost > 0 && { lost }),
    ...(parkedUntil !== undefined && { parkedUntil }),
  };
}
