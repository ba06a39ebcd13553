import fc from 'fast-check';
import type { corev1 } from '#api';
import type { NodeInfo } from './node-info.js';
import { Nominator } from './nominator.js';
import { Snapshot } from './snapshot.js';
import { type Counting, Tallies } from './tallies.js';
import { node, pod } from './test-objects.js';

/** Counts pods by node. */
const byNode: Counting<Map<string, number>, number> = {
  empty: () => new Map(),
  of: ({ pods }) => pods.size || undefined,
  add: (into, { name }, count, sign) => void into.set(name, (into.get(name) ?? 0) + sign * count),
};
const inForce = (counts: ReadonlyMap<string, number>) => Object.fromEntries([...counts].filter(([, count]) => count !== 0));

test('only nodes that have changed are counted again', () => {
  const snapshot = new Snapshot();
  for (const name of ['a', 'b', 'c']) snapshot.setNode(node(name));
  const looked: string[] = [];
  const of = (one: NodeInfo): number | undefined => {
    looked.push(one.name);
    return byNode.of(one);
  };
  const tally = () => inForce(snapshot.world({} as never, new Nominator()).tallies.of(1, { ...byNode, of }));
  expect([tally(), looked.splice(0)]).toEqual([{}, ['a', 'b', 'c']]);
  snapshot.setPod(pod('p', { nodeName: 'b' }));
  expect([tally(), looked.splice(0)]).toEqual([{ b: 1 }, ['b']]);
  expect([tally(), looked.splice(0)]).toEqual([{ b: 1 }, []]);
  snapshot.removePod(pod('p', { nodeName: 'b' }));
  expect([tally(), looked.splice(0)]).toEqual([{}, ['b']]);
  snapshot.setNode(node('b', { labels: { zone: 'z' } }));
  expect([tally(), looked.splice(0)]).toEqual([{}, ['a', 'b', 'c']]);
  snapshot.setNode(node('b', { labels: { zone: 'z' }, allocatable: { cpu: '8' } }));
  expect([tally(), looked.splice(0)]).toEqual([{}, []]);
});

test('tallies that are not used for long, or have missed too much, are counted anew', () => {
  const snapshot = new Snapshot();
  snapshot.setNode(node('a'));
  const tallies = new Tallies(() => snapshot.nodes);
  const [a] = snapshot.nodes;
  let counted = 0;
  const of = (): number => {
    counted += 1;
    return 1;
  };
  for (let id = 0; id < 100; id++) tallies.of(id, { ...byNode, of });
  for (let change = 0; a && change < 10_000; change++) tallies.changed(a);
  counted = 0;
  expect([inForce(tallies.of(99, { ...byNode, of })), counted]).toEqual([{ a: 1 }, 1]);
  expect([inForce(tallies.of(0, { ...byNode, of })), counted]).toEqual([{ a: 1 }, 2]);
});

test('whatever happens, a tally is what counting anew gives', () => {
  const change = fc.record({ what: fc.constantFrom('set', 'label', 'remove', 'node', 'zone'), pod: fc.nat(9), node: fc.nat(3) });
  const property = fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
    const snapshot = new Snapshot();
    const placed = new Map<string, corev1.Pod>();
    for (const { what, pod: p, node: n } of changes) {
      const name = `p${p}`;
      if (what === 'node') snapshot.setNode(node(`n${n}`));
      else if (what === 'zone') snapshot.setNode(node(`n${n}`, { labels: { zone: `z${p}` } }));
      else if (what === 'remove') snapshot.removePod(placed.get(name) ?? pod(name));
      else {
        const one = pod(name, { nodeName: `n${n}` }, what === 'label' ? { l: String(p) } : {});
        placed.set(name, one);
        snapshot.setPod(one);
      }
      const { tallies } = snapshot.world({} as never, new Nominator());
      expect(inForce(tallies.of(7, byNode))).toEqual(inForce(new Tallies(() => snapshot.nodes).of(7, byNode)));
    }
  });
  fc.assert(property, { numRuns: 200, seed: 3 });
});
