import { limits } from '../limits.js';
import { Seats, seatsOf } from './seats.js';

test.each([
  [0, 1],
  [limits.pointsPerSeat - 1, 1],
  [limits.pointsPerSeat, 2],
  [limits.schemaPoints, 3],
  [limits.estimate, 9],
])('an operation of %i points takes %i seats', (points, seats) => expect(seatsOf(points)).toBe(seats));

test('the most expensive operation has a seat', () => expect(seatsOf(limits.estimate)).toBeLessThanOrEqual(limits.seats));

test('operations of a cluster take its seats until they leave, and no others', () => {
  const taken = new Map<string, number>();
  const [first, second, elsewhere] = [new Seats(taken, 'a'), new Seats(taken, 'a'), new Seats(taken, 'b')];
  first.widen(1);
  first.widen(limits.seats - 1);
  second.widen(1);
  elsewhere.widen(limits.seats);
  expect(() => second.widen(2)).toThrow(`take ${limits.seats - 1} of ${limits.seats} seats, and this one needs 2`);
  expect(Object.fromEntries(taken)).toEqual({ a: limits.seats, b: limits.seats });
  first.leave();
  second.widen(2);
  second.leave();
  second.leave();
  elsewhere.leave();
  expect(taken.size).toBe(0);
});
