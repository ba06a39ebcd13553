import { GraphQLSchema } from 'graphql';
import { limits } from '../limits.js';
import { Audiences, isSameEvent, type Member } from './audiences.js';
import type { GraphResult } from './operation.js';
import { Turns } from './turns.js';

const object = { metadata: { name: 'a' } };

test.each<[string, unknown, unknown, boolean]>([
  ['the same objects', [{ type: 'ADDED', object }], [{ type: 'ADDED', object }], true],
  ['another type', [{ type: 'ADDED', object }], [{ type: 'MODIFIED', object }], false],
  ['equal objects', [{ type: 'ADDED', object }], [{ type: 'ADDED', object: { ...object } }], false],
  ['an object before', [{ type: 'ADDED', object }], [{ type: 'ADDED', object, previous: object }], false],
  ['more events', [{ object }], [{ object }, { object }], false],
  ['one event', { object }, { object }, true],
  ['no objects', 1, 1, true],
  ['an object and none', { object }, null, false],
])('%s', (_, a, b, same) => expect(isSameEvent(a, b)).toBe(same));

const loop = {
  now: () => performance.now(),
  worked: () => performance.now(),
  nextTurn: (run: () => void) => void setImmediate(run),
  whenSettled: (run: () => void) => void setImmediate(run),
  after: () => () => undefined,
};

let made: number;
let audiences: Audiences;
const schema = new GraphQLSchema({});
const join = (key = 'key', of = schema) => audiences.join(of, 'cluster', key);
const result = (bytes = 1, more: Partial<GraphResult> = {}): GraphResult =>
  ({ data: { number: made }, extensions: { cost: { estimated: 1, used: { bytes }, limits: {} } }, ...more }) as unknown as GraphResult;
const answers = (members: readonly Member[], event: unknown, make = () => result()) =>
  Promise.all(
    members.map((member) =>
      member.answer(event, async () => {
        made += 1;
        return make();
      }),
    ),
  );

beforeEach(() => {
  made = 0;
  audiences = new Audiences(new Turns(loop));
});

test('an event is executed once for all equal subscriptions', async () => {
  const [first, ...others] = await answers([join(), join(), join()], { object });
  expect(made).toBe(1);
  expect(others).toEqual([first, first]);
});

test('others, and those of another schema, execute it themselves', async () => {
  await answers([join(), join('other'), join('key', new GraphQLSchema({}))], { object });
  expect(made).toBe(3);
});

test('another event is executed anew', async () => {
  const members = [join(), join()];
  await answers(members, { object });
  await answers(members, { object: { ...object } });
  expect(made).toBe(2);
});

test('a subscription gets nothing that was made before it began', async () => {
  const first = join();
  join();
  await answers([first], { object });
  const late = join();
  await answers([late], { object });
  expect(made).toBe(2);
  await answers([first, late], { object });
  expect(made).toBe(2);
});

test('an answer with errors is made for each: they name its request', async () => {
  await answers([join(), join(), join()], { object }, () => result(1, { errors: [{ message: 'no' }] as unknown as GraphResult['errors'] }));
  expect(made).toBe(3);
});

test('a long answer is not kept', async () => {
  const members = [join(), join()];
  await answers(members, { object }, () => result(limits.sharedAnswer + 1));
  expect(made).toBe(1);
  await answers(members, { object });
  expect(made).toBe(2);
});

test('an answer that all have is not kept', async () => {
  const members = [join(), join()];
  await answers(members, { object });
  expect(made).toBe(1);
  await answers(members, { object });
  expect(made).toBe(2);
});

test('nothing is kept of a subscription that is alone, or when the last has ended', async () => {
  const first = join();
  await answers([first, first], { object });
  expect(made).toBe(2);
  const second = join();
  await answers([first, second], { object });
  expect(made).toBe(3);
  first.leave();
  second.leave();
  const [third] = [join(), join()];
  await answers([third], { object });
  expect(made).toBe(4);
});
