import type { DriverFlags } from '#component-helpers';
import { spaceLeft } from './capacity.js';

const driver = (capacities: Record<string, string>, largestVolume = 2 ** 40): DriverFlags => ({
  attaches: false,
  topology: true,
  expandsInController: true,
  expandsOnNode: true,
  modifies: false,
  largestVolume,
  capacities: new Map(Object.entries(capacities)),
});

test.each<[string, DriverFlags, string, number, string, string]>([
  ['without limits', driver({}), '', 2 ** 30, '1Ti', '1Ti'],
  ['of a kind', driver({ fast: '10Gi' }), 'fast', 4 * 2 ** 30, '6Gi', '6Gi'],
  ['of a kind, in volumes of a size at most', driver({ fast: '10Gi' }, 2 ** 30), 'fast', 0, '10Gi', '1Gi'],
  ['of a kind that is full', driver({ fast: '1Gi' }), 'fast', 2 * 2 ** 30, '0', '0'],
  ['of a kind that there is not', driver({ fast: '1Gi' }), 'slow', 0, '0', '0'],
])('the space that is left %s', (_, flags, kind, used, capacity, maximumVolumeSize) => {
  expect(spaceLeft(flags, kind, used)).toEqual({ capacity, maximumVolumeSize });
});
