import path from 'node:path';

interface Timeline {
  lanes: string[];
  rows: { lane: number; at?: number; since?: number; cause?: number; text: string; path: string }[];
  isCertain: boolean;
  leftOut: number;
}

const load = (file: string): Promise<unknown> => import(path.join(import.meta.dirname, file));
const { timelineOf, durationText } = (await load('timeline-of-chain.js')) as {
  timelineOf(steps: unknown[]): Timeline;
  durationText(milliseconds: number): string;
};

const step = (revision: number, wokenBy: number | null, component: string | null, summary: string, at: number, type = 'UPDATED') => ({
  ...{ revision, wokenBy, component, user: component ?? 'admin', summary, sinceStartMs: at, type },
});
const chain = [
  step(1, null, null, 'admin created Deployment web', 0, 'CREATED'),
  step(2, 1, 'deployment-controller', 'deployment-controller created ReplicaSet web-1', 3, 'CREATED'),
  step(3, 2, 'kubelet', 'kubelet: Pod web-1-a is Running', 2503),
  step(4, 3, 'endpoint-slice-controller', 'updated EndpointSlice', 2503),
  step(4, 4, 'kube-proxy', 'connections go to 10.0.0.1', 2503, 'RULE'),
];
const shown = ({ lanes, rows }: Timeline) => rows.map(({ lane, at, since, cause, text }) => [lanes[lane], at, since, cause, text]);
const expected = [
  ['admin', 0, undefined, undefined, 'created Deployment web'],
  ['deployment-controller', 3, 3, 0, 'created ReplicaSet web-1'],
  ['kubelet', 2503, 2500, 1, 'Pod web-1-a is Running'],
  ['endpoint-slice-controller', 2503, 0, 2, 'updated EndpointSlice'],
  ['kube-proxy', 2503, 0, 3, 'connections go to 10.0.0.1'],
];

test('steps stand in lanes of components, in order of time, with their causes', () => {
  const timeline = timelineOf(chain);
  expect(shown(timeline)).toEqual(expected);
  expect(timeline.isCertain).toBe(true);
});

test('the newest one first is the same', () => {
  expect(shown(timelineOf([...chain].reverse()))).toEqual(expected);
});

test('the mark at the end stands behind the last write, which stays the cause of what came before the mark', () => {
  const mark = step(4, null, null, 'settled: 4 writes in 2.503s', 32503, 'SETTLED');
  expect(shown(timelineOf([...chain, mark]))).toEqual([...expected, ['admin', 32503, 30000, undefined, 'settled: 4 writes in 2.503s']]);
  expect(shown(timelineOf([mark, ...[...chain].reverse()]))).toHaveLength(6);
});

test('without revisions, causes are found by depth and time', () => {
  const told = [
    { depth: 0, component: null, summary: 'a', sinceStartMs: 0, sinceCauseMs: 0 },
    { depth: 1, component: 'x', summary: 'b', sinceStartMs: 5, sinceCauseMs: 5 },
    { depth: 1, component: 'x', summary: 'c', sinceStartMs: 9, sinceCauseMs: 9 },
    { depth: 2, component: 'y', summary: 'd', sinceStartMs: 10, sinceCauseMs: 5 },
    { depth: 5, component: 'y', summary: 'e', sinceStartMs: 10, sinceCauseMs: 5 },
  ];
  const timeline = timelineOf(told);
  expect(timeline.rows.map(({ cause }) => cause)).toEqual([undefined, 0, 0, 1, undefined]);
  expect([timeline.isCertain, timeline.lanes]).toEqual([false, ['client', 'x', 'y']]);
});

test.each([
  [{ sinceStartMs: 0 }, { sinceStartMs: 7 }],
  [{ at: '2026-01-01T00:00:00.000Z' }, { at: '2026-01-01T00:00:00.007Z' }],
])('hidden steps have a lane of their own and no time: %j', (first, second) => {
  const hidden = { type: 'HIDDEN', component: null, user: null, ...Object.fromEntries(Object.keys(first).map((name) => [name, null])) };
  const told = [
    { ...hidden, revision: 1, wokenBy: null, summary: 'x' },
    { ...first, revision: 2, wokenBy: 1, component: 'a', summary: 'y' },
    { ...second, revision: 3, wokenBy: 2, component: 'b', summary: 'z' },
  ];
  expect(shown(timelineOf(told))).toEqual([
    ['hidden', undefined, undefined, undefined, 'x'],
    ['a', 0, undefined, 0, 'y'],
    ['b', 7, 7, 1, 'z'],
  ]);
});

test('whatever the query selects makes a timeline', () => {
  expect(shown(timelineOf([{ verb: 'create', object: { kind: 'Pod', metadata: { name: 'a' } } }, {}]))).toEqual([
    ['steps', undefined, undefined, undefined, 'create Pod a'],
    ['steps', undefined, undefined, undefined, ''],
  ]);
  expect(timelineOf([]).rows).toEqual([]);
});

test('of a long chain the first and the newest steps are shown', () => {
  const long = Array.from({ length: 1000 }, (_, i) => step(i + 1, i === 0 ? null : i, 'kubelet', `${i}`, i));
  const { rows, leftOut } = timelineOf(long);
  expect([rows.length, leftOut, rows[99]?.text, rows[100]?.text]).toEqual([400, 600, '99', '700']);
  expect([rows[99]?.cause, rows[100]?.cause, rows[101]?.cause]).toEqual([98, undefined, 100]);
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [2540, '2.5 s'],
  [60_000, '1 min'],
  [200_400, '3 min 20 s'],
  [7_260_000, '2 h 1 min'],
])('%s milliseconds', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});
