import { GraphQLError } from 'graphql';
import { limits } from '../limits.js';
import { addToCount } from './cluster-counts.js';

/** How many seats an operation takes that was estimated at so many points. */
export const seatsOf = (points: number): number => 1 + Math.floor(points / limits.pointsPerSeat);

/**
 * The seats that one operation has of those of its cluster, as requests to the API have them by their width: what reads much also holds much
 * memory. `taken`: by all running operations of each cluster.
 */
export class Seats {
  private own = 0;

  constructor(
    private readonly taken: Map<string, number>,
    private readonly cluster: string,
  ) {}

  /** Takes seats until it has so many. Throws a GraphQLError if they are not free. */
  widen(seats: number): void {
    const most = limits.seats;
    const others = (this.taken.get(this.cluster) ?? 0) - this.own;
    if (others + seats > most) {
      throw new GraphQLError(
        `Operations of this cluster that are running take ${others} of ${most} seats, and this one needs ${seats} (one, and another for each ${limits.pointsPerSeat} points of its estimated cost): send fewer at once, or ask for less.`,
        { extensions: { code: 'TOO_MANY_REQUESTS' } },
      );
    }
    addToCount(this.taken, this.cluster, seats - this.own);
    this.own = seats;
  }

  leave(): void {
    addToCount(this.taken, this.cluster, -this.own);
    this.own = 0;
  }
}
