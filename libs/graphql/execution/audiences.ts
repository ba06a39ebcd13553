import type { GraphQLSchema } from 'graphql';
import { limits } from '../limits.js';
import type { GraphResult } from './operation.js';
import type { Share, Turns } from './turns.js';

/** A subscription among those that are equal to it. */
export interface Member {
  /** What an event becomes: what one of the others has made of it since this one joined, or what `make` makes. */
  answer(event: unknown, make: () => Promise<GraphResult>): Promise<GraphResult>;
  leave(): void;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const haveSameFields = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};

/** Whether two subscriptions are told the same: the same objects in the same order, or lists of such. Objects that are only equal are not the same. */
export function isSameEvent(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return haveSameFields(a, b);
  return a.length === b.length && a.every((one, index) => haveSameFields(one, b[index]));
}

interface Told {
  readonly event: unknown;
  /** Counts the events of the audience. */
  readonly number: number;
  readonly answer: Promise<GraphResult>;
  /** How many have it. */
  had: number;
}

/** Subscriptions with the same document and variables by one user of one cluster. */
class Audience {
  private members = 0;
  private told = 0;
  private last: Told | undefined;

  constructor(
    /** The turns in which answers are handed on. */
    private readonly share: Share,
    private readonly end: () => void,
  ) {}

  join(): Member {
    this.members += 1;
    const joined = this.told;
    return {
      answer: (event, make) => this.answer(event, joined, make),
      leave: () => {
        this.members -= 1;
        if (this.members === 0) this.end();
      },
    };
  }

  private async answer(event: unknown, joined: number, make: () => Promise<GraphResult>): Promise<GraphResult> {
    const { last } = this;
    // What was made before a subscription began may be older than what its user has written before that.
    if (last && last.number >= joined && isSameEvent(last.event, event)) {
      const result = await last.answer;
      if (!result.errors) {
        this.handed(last);
        await this.share.turn();
        return result;
      }
    }
    return this.members > 1 ? this.make(event, make) : make();
  }

  /** An answer with errors is made for each: they name its request. A long one is not kept for those who are late. */
  private async make(event: unknown, make: () => Promise<GraphResult>): Promise<GraphResult> {
    const told: Told = { event, number: this.told, answer: make(), had: 0 };
    this.told += 1;
    this.last = told;
    const result = await told.answer;
    const { bytes = 0 } = result.extensions?.cost.used ?? {};
    if (this.last === told && (result.errors || bytes > limits.sharedAnswer)) this.last = undefined;
    this.handed(told);
    return result;
  }

  /** An answer that all have is not kept. */
  private handed(told: Told): void {
    told.had += 1;
    if (told.had >= this.members && this.last === told) this.last = undefined;
  }
}

/**
 * The equal subscriptions of all clusters: an event that a hundred of them are told is executed once, as when a hundred windows show the same. Equal are those
 * with the same key and schema; it has to name the cluster and the user, because an answer has what that user may read.
 */
export class Audiences {
  private readonly open = new WeakMap<GraphQLSchema, Map<string, Audience>>();

  constructor(private readonly turns: Turns) {}

  join(schema: GraphQLSchema, tenant: string, key: string): Member {
    const ofSchema = this.open.get(schema) ?? new Map<string, Audience>();
    this.open.set(schema, ofSchema);
    const audience = ofSchema.get(key) ?? new Audience(this.turns.share(tenant), () => ofSchema.delete(key));
    ofSchema.set(key, audience);
    return audience.join();
  }
}
