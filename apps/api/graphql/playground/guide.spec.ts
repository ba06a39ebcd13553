import path from 'node:path';

type Json = Record<string, unknown>;
interface Tour {
  id: string;
  title: string;
  before?: { operation: string; keep(data: Json): Json };
  steps: { operation?: string; keep?(data: Json): Json }[];
  undo: { operation: string; variables?: Json | ((kept: Json) => Json) }[];
}
interface Guide {
  state: { tour?: Tour; step: number; kept: Json; done: number[]; trouble: string };
  begin(tour: Tour): Promise<void>;
  go(step: number): void;
  answered(data: Json): void;
  refused(error: { message: string }): void;
  leave(): Promise<void>;
  recover(): Promise<string | undefined>;
  abandon(): void;
}
const { Guide, filled, journalIn } = (await import(path.join(import.meta.dirname, 'guide.js'))) as {
  Guide: new (parts: unknown) => Guide;
  filled(text: string, kept: Json): string;
  journalIn(storage: unknown): { read(): unknown; write(entry: unknown): void };
};

const tour: Tour = {
  id: 'clock',
  title: 'The clock',
  before: { operation: '{ clock }', keep: (data) => ({ mode: data.clock }) },
  steps: [
    { operation: 'mutation { a }', keep: ({ a }) => ({ revision: (a as { rv: string }).rv }) },
    { operation: '{ b(at: "{{revision}}") }' },
  ],
  undo: [
    { operation: 'mutation { delete(name: "{{name}}") }' },
    { operation: 'mutation ($m: String!) { set(mode: $m) }', variables: ({ mode }) => ({ m: mode }) },
  ],
};

/** A guide whose requests are answered by `answer`; `sent` are the requests, `journal` what is kept of an open tour. */
function guided({ answer = () => ({ data: { clock: 'real' } }) as Json, kept = undefined as unknown, locked = false } = {}) {
  const sent: { query: string; variables?: Json }[] = [];
  const journal = {
    entry: kept,
    read: () => journal.entry,
    write(entry: unknown) {
      journal.entry = entry;
    },
  };
  const client = {
    execute: async (request: { query: string; variables?: Json }) => {
      sent.push(request);
      return answer();
    },
  };
  let held = 0;
  const lock = async () => {
    if (locked || held > 0) return undefined;
    held += 1;
    return () => {
      held -= 1;
    };
  };
  const guide = new Guide({ client, journal, newName: () => 'abcd', tours: [tour], lock });
  return { guide, sent, journal, held: () => held };
}

const undone = [
  { query: 'mutation { delete(name: "tour-abcd") }' },
  { query: 'mutation ($m: String!) { set(mode: $m) }', variables: { m: 'real' } },
];

test('a tour is led from step to step; what it changed is put back at its end', async () => {
  const { guide, sent, journal, held } = guided();
  await guide.begin(tour);
  expect([journal.entry, held()]).toEqual([{ tour: 'clock', kept: { name: 'tour-abcd', mode: 'real' } }, 1]);
  guide.answered({ a: { rv: '7' } });
  guide.go(1);
  expect(guide.state).toMatchObject({ step: 1, done: [0], kept: { revision: '7' } });
  expect(filled(tour.steps[1]?.operation ?? '', guide.state.kept)).toBe('{ b(at: "7") }');
  await guide.leave();
  expect([sent.slice(1), journal.entry, held(), guide.state.tour]).toEqual([undone, undefined, 0, undefined]);
});

test('it is put back, too, when another tour is begun or the page is closed', async () => {
  const { guide, sent, journal } = guided();
  await guide.begin(tour);
  guide.abandon();
  expect([sent.slice(1), journal.entry]).toEqual([undone, expect.anything()]);
  await guide.begin(tour);
  expect(sent.slice(3, 5)).toEqual(undone);
});

test('a tour whose page was closed is put back when the cluster is opened again, once', async () => {
  const left = guided({ kept: { tour: 'clock', kept: { name: 'tour-abcd', mode: 'real' } } });
  expect(await left.guide.recover()).toBe('The clock');
  expect([left.sent, await left.guide.recover()]).toEqual([undone, undefined]);
});

test('a tour that is open in another window is left alone', async () => {
  const { guide, sent } = guided({ kept: { tour: 'clock', kept: {} }, locked: true });
  expect([await guide.recover(), sent]).toEqual([undefined, []]);
  await guide.begin(tour);
  expect([guide.state.tour, guide.state.trouble]).toEqual([undefined, expect.stringContaining('another window')]);
});

test('a tour that is clicked twice begins once; one that is clicked while another ends, or is put back, begins after that', async () => {
  const { guide, sent, held } = guided({ kept: { tour: 'clock', kept: { name: 'tour-left', mode: 'real' } } });
  const recovered = guide.recover();
  await Promise.all([guide.begin(tour), guide.begin(tour)]);
  expect([await recovered, guide.state.tour, guide.state.trouble, held()]).toEqual(['The clock', tour, '', 1]);
  expect(sent.map(({ query }) => query).slice(2)).toEqual(['{ clock }']);
  const left = guide.leave();
  await guide.begin(tour);
  await left;
  expect([guide.state.tour, guide.state.trouble, held()]).toEqual([tour, '', 1]);
});

test('a tour that is left while it begins is not open behind it', async () => {
  const { guide, held, journal } = guided();
  const begun = guide.begin(tour);
  await guide.leave();
  await begun;
  expect([guide.state.tour, held(), journal.entry]).toEqual([undefined, 0, undefined]);
});

test('what is gone already needs no putting back; what cannot be put back is said, and kept for the next time', async () => {
  let code = 'NOT_FOUND';
  let failing = false;
  const answer = () => (failing ? { errors: [{ message: 'it fails', extensions: { code } }] } : { data: { clock: 'real' } });
  const { guide, journal } = guided({ answer });
  await guide.begin(tour);
  failing = true;
  code = 'FORBIDDEN';
  await guide.leave();
  expect([guide.state.trouble, journal.entry]).toEqual(['Could not be put back: it fails; it fails', expect.anything()]);
  code = 'NOT_FOUND';
  await guide.recover();
  expect(journal.entry).toBeUndefined();
});

test('a tour that cannot begin frees the cluster', async () => {
  const { guide, held } = guided({ answer: () => ({ errors: [{ message: 'may not' }] }) });
  await guide.begin(tour);
  expect([guide.state.tour, guide.state.trouble, held()]).toEqual([undefined, 'This tour cannot be taken here: may not', 0]);
});

test('an answer without what the next steps need is no step further', async () => {
  const { guide } = guided();
  await guide.begin(tour);
  guide.answered({});
  expect([guide.state.done, guide.state.trouble]).toEqual([[], expect.stringContaining('run the query as it was')]);
});

test('a step that is refused says why, until it is answered', async () => {
  const { guide } = guided();
  guide.refused({ message: 'late' });
  expect(guide.state.trouble).toBe('');
  await guide.begin(tour);
  guide.refused({ message: 'nodes is forbidden' });
  expect([guide.state.done, guide.state.trouble]).toEqual([[], 'This step is not done yet. The answer says: nodes is forbidden']);
  guide.answered({ a: { rv: '7' } });
  expect([guide.state.done, guide.state.trouble]).toEqual([[0], '']);
});

test('the journal of a cluster', () => {
  const kept = new Map<string, string>([['tour', 'nonsense']]);
  const journal = journalIn({
    getItem: (key: string) => kept.get(key) ?? null,
    keep: (key: string, value: string) => Boolean(kept.set(key, value)),
    removeItem: (key: string) => kept.delete(key),
  });
  expect(journal.read()).toBeUndefined();
  journal.write({ tour: 'a' });
  expect(journal.read()).toEqual({ tour: 'a' });
  journal.write(undefined);
  expect([journal.read(), kept.size]).toEqual([undefined, 0]);
});
