import type { Fault } from './fault.js';
import { changeBetween } from './follow-faults.js';

const fault = (id: string): Fault => ({ id, type: 'stop', component: 'etcd', since: 0 });
const [a, b, c] = ['a', 'b', 'c'].map(fault) as [Fault, Fault, Fault];

test.each([
  ['nothing', [a, b], [fault('a'), b], undefined],
  ['the first', [], [a], { faults: [a], injected: [a], healed: [] }],
  ['one more', [a], [a, b], { faults: [a, b], injected: [b], healed: [] }],
  ['the last is healed', [a], [], { faults: [], injected: [], healed: [a] }],
  ['others instead, as after a reset', [a, b], [b, c], { faults: [b, c], injected: [c], healed: [a] }],
])('faults change: %s', (_what, before, now, change) => expect(changeBetween(before, now)).toEqual(change));
