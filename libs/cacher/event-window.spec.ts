import { cacheEvent } from './cached-object.js';
import { EventWindow } from './event-window.js';
import { DEFAULT_STORE_LIMITS } from './limits.js';

const event = (revision: number, bytes = 10) =>
  cacheEvent({
    revision,
    type: 'put',
    key: '',
    value: 'x'.repeat(bytes),
    createRevision: 1,
    version: 1,
    cause: { requestId: '', user: '' },
    at: 0,
  });

test.each([
  { limits: { windowEvents: 3 }, add: 5, after: 102, since: 103, expected: [104, 105], bytes: 90 },
  { limits: { windowBytes: 75 }, add: 5, after: 103, since: 103, expected: [104, 105], bytes: 60 },
  { limits: { windowEvents: 2 }, add: 3_000, after: 3_098, since: 3_100, expected: [], bytes: 60 },
  { limits: { windowEvents: 0 }, add: 2, after: 102, since: 102, expected: [], bytes: 0 },
])('$add events under $limits', ({ limits, add, after, since, expected, bytes }) => {
  const window = new EventWindow(100, { ...DEFAULT_STORE_LIMITS, ...limits });
  for (let n = 1; n <= add; n++) window.add(event(100 + n));
  expect({ after: window.after, since: window.since(since).map((each) => each.revision), bytes: window.bytes }).toEqual({
    after,
    since: expected,
    bytes,
  });
  expect([window.at(after)?.revision, window.at(100 + add)?.revision]).toEqual([undefined, bytes === 0 ? undefined : 100 + add]);
});
