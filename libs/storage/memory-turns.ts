import type { Instant } from '#apimachinery';
import { FencedError } from './errors.js';
import type { Revision } from './revision.js';
import { CLOCK, type ClockRequest, type ClockState, type ClockStep, type ClockStepped } from './storage.js';
import type { BeginOptions, Fence, TurnState } from './turn-state.js';

interface Turn extends TurnState {
  /** Begun by a host that shares the cluster with others, and not ended. */
  open: boolean;
  /** When a sweep last returned it. */
  askedAt: Instant;
}

/** Turns of one cluster, and its clock, in memory. */
export class Turns {
  readonly #turns = new Map<string, Turn>();
  #clock: (Omit<ClockState, 'revision'> & { now: Instant }) | undefined;
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

  get clock(): Omit<ClockState, 'revision'> {
    return { ...this.#clock };
  }

  askClock({ id, from, by, until }: ClockRequest, revision: Revision): Instant {
    const { now, target } = this.#clock ?? { now: from };
    if (!this.#turns.has(CLOCK)) this.#turns.set(CLOCK, { token: 0, cursor: 0, open: false, askedAt: 0 });
    if (id === this.#request) return target ?? now;
    this.#request = id;
    this.#clock = { now, target: (target ?? now) + by, asked: revision, ...(until !== undefined && { until }) };
    return (target ?? now) + by;
  }

  stepClock(token: number, { now, done, failure, stop }: ClockStep): ClockStepped {
    this.check({ component: CLOCK, token });
    const { target, ...clock } = this.#clock ?? { now };
    if (target === undefined) return stepped(clock);
    const reached = Math.max(clock.now, Math.min(now, target));
    const ends = done !== undefined && done >= (clock.asked ?? 0) && (stop === true || reached === target || failure !== undefined);
    this.#clock = { ...clock, now: reached, ...(ends ? failure !== undefined && { failure } : { target }) };
    return stepped(this.#clock);
  }

  cancelClock(failure: string): boolean {
    if (this.#clock?.target === undefined) return false;
    const { target: _, ...clock } = this.#clock;
    this.#clock = { ...clock, failure };
    return true;
  }

  setClock(now: Instant): Instant | undefined {
    if (this.#clock?.target !== undefined) return undefined;
    this.#supersede();
    const { failure: _, ...clock } = this.#clock ?? { now };
    this.#clock = { ...clock, now: Math.max(clock.now, now) };
    return this.#clock.now;
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
    this.#supersede();
    for (const turn of this.#turns.values()) turn.nextAt = 0;
    this.cancelClock(failure);
  }

  #supersede(): void {
    for (const [name, { token, cursor, nextAt, askedAt }] of this.#turns) {
      this.#turns.set(name, { token: token + 1, cursor, nextAt, open: false, askedAt });
    }
  }

  copyFrom(other: Turns): void {
    for (const [name, turn] of other.#turns) {
      this.#turns.set(name, { token: turn.token, cursor: turn.cursor, nextAt: turn.nextAt, open: false, askedAt: 0 });
    }
  }
}

function stepped({ now, target, until, asked }: ClockStepped): ClockStepped {
  return {
    now,
    ...(target !== undefined && { target }),
    ...(until !== undefined && { until }),
    ...(asked !== undefined && { asked }),
  };
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
