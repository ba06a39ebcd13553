import type { corev1 } from '#api';
import { cloudFor, withoutInstance, withPower } from './cloud.js';

const node = (name: string): corev1.Node => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} },
  status: { capacity: { cpu: '2' }, addresses: [{ type: 'InternalIP', address: '192.168.0.10' }] },
});
const cloud = cloudFor([node('b'), node('a')]);

it('a cloud has a machine for each node, spread over its zones', () => {
  expect(cloud.instances).toEqual(
    ['a', 'b'].map((name) => ({
      ...{ name, type: 'standard-2', region: 'orrery-1', zone: `orrery-1${name}`, providerID: `orrery://orrery-1${name}/${name}` },
      addresses: [
        { type: 'InternalIP', address: '192.168.0.10' },
        { type: 'Hostname', address: name },
      ],
    })),
  );
});

it('machines are removed, shut down and started', () => {
  const removed = withoutInstance(cloud, 'a', 5);
  const stopped = withPower(cloud, 'a', false, 7);
  const stillStopped = stopped && withPower(stopped, 'a', false, 9);
  expect([removed?.instances.map(({ name }) => name), removed?.removed]).toEqual([['b'], [{ name: 'a', since: 5 }]]);
  expect(stillStopped?.instances.map(({ stopped: since }) => since)).toEqual([7, undefined]);
  const started = stopped && withPower(stopped, 'a', true, 9);
  const again = started && withPower(withPower(started, 'a', false, 11) ?? started, 'a', true, 12);
  const boots = [cloud, started, again].map((row) => row?.instances.map(({ name, stopped: since, booted }) => ({ name, since, booted })));
  expect(boots).toEqual(
    [undefined, { id: 'cloud-1', off: 7, at: 9, times: 1 }, { id: 'cloud-2', off: 11, at: 12, times: 2 }].map((booted) => [
      { name: 'a', since: undefined, booted },
      { name: 'b', since: undefined, booted: undefined },
    ]),
  );
  expect(withPower(cloud, 'a', true, 9)).toEqual(cloud);
  expect([withoutInstance(cloud, 'x', 0), withPower(cloud, 'x', true, 0)]).toEqual([undefined, undefined]);
});
