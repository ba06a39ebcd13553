import type { corev1 } from '#api';
import { Zones, zoneOf, zoneState } from './zones.js';

const node = (name: string, zone = '', labels: Record<string, string> = {}): corev1.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: zone === '' ? labels : { ...labels, 'topology.kubernetes.io/zone': zone } },
  spec: {},
});

it.each<[number, number, string]>([
  [3, 0, 'Normal'],
  [0, 1, 'FullDisruption'],
  [1, 2, 'Normal'],
  [2, 3, 'PartialDisruption'],
  [9, 11, 'PartialDisruption'],
  [10, 10, 'Normal'],
  [0, 0, 'Normal'],
])('a zone with %s nodes ready and %s not: %s', (ready, notReady, state) => {
  expect(zoneState(ready, notReady)).toBe(state);
});

it.each<[Record<string, string>, string]>([
  [{}, ''],
  [{ 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': 'z' }, 'r:\0:z'],
  [{ 'failure-domain.beta.kubernetes.io/zone': 'z' }, ':\0:z'],
])('the zone of a node with labels %j', (labels, zone) => {
  expect(zoneOf(node('n', '', labels))).toBe(zone);
});

/** Which nodes are tainted when, in seconds, until the given one. */
function tainted(zones: Zones, until: number, from = 0): string[] {
  const found: string[] = [];
  for (let second = from; second <= until; second += 1) for (const name of zones.take(second * 1000)) found.push(`${second}s ${name}`);
  return found;
}

/** Zones with nodes of which the first have stopped. */
function zonesOf(shape: Record<string, [total: number, stopped: number]>): Zones {
  const zones = new Zones();
  for (const [zone, [total]] of Object.entries(shape))
    for (let index = 0; index < total; index += 1) zones.set(node(`${zone}${index}`, zone), true);
  zones.update(0);
  for (const [zone, [, stopped]] of Object.entries(shape)) {
    for (let index = 0; index < stopped; index += 1) {
      zones.set(node(`${zone}${index}`, zone), false);
      zones.wait(`${zone}${index}`);
    }
  }
  return zones;
}

it.each<[string, Record<string, [number, number]>, string, string[]]>([
  ['a node every ten seconds', { a: [5, 2] }, 'none', ['0s a0', '10s a1']],
  ['each zone at its own rate', { a: [5, 2], b: [5, 1] }, 'none', ['0s a0', '0s b0', '10s a1']],
  ['a small zone that is partially disrupted: none', { a: [5, 3], b: [3, 1] }, 'none', ['0s b0']],
  ['a large one: one in a hundred seconds', { a: [60, 40] }, 'none', ['0s a0', '100s a1']],
  ['a zone that is down as a whole: as usual', { a: [2, 2], b: [2, 0] }, 'none', ['0s a0', '10s a1']],
  ['all zones are down: none', { a: [2, 2], b: [1, 1] }, 'all-stopped', []],
])('%s', (_, shape, disruption, wanted) => {
  const zones = zonesOf(shape);
  expect([zones.update(0), tainted(zones, 120).slice(0, 3)]).toEqual([disruption, wanted]);
});

it('when one node is back after all were down, the others are tainted again after a while', () => {
  const zones = zonesOf({ a: [3, 3] });
  zones.update(0);
  zones.set(node('a0', 'a'), true);
  zones.release('a0');
  expect([zones.update(60_000), zones.update(60_000), tainted(zones, 90, 60)]).toEqual(['resumed', 'none', ['70s a1', '80s a2']]);
});

it('a node that is excluded from disruption checks does not count, and one that was removed neither', () => {
  const zones = new Zones();
  zones.set(node('a'), true);
  zones.set(node('b', '', { 'node.kubernetes.io/exclude-disruption': '' }), true);
  zones.update(0);
  zones.set(node('b', '', { 'node.kubernetes.io/exclude-disruption': '' }), false);
  expect(zones.update(0)).toBe('none');
  zones.set(node('a'), false);
  zones.wait('a');
  expect([zones.update(0), zones.nextAt(0)]).toEqual(['all-stopped', undefined]);
  zones.delete('a');
  expect([zones.update(0), zones.take(0)]).toEqual(['none', []]);
});
