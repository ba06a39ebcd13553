import { type Amounts, aboveMaximum, aboveRatio, belowMinimum, requestAboveMaximum } from './constraints.js';

type Row = [requests: Amounts, limits: Amounts, complaint: string | undefined];

describe('the minimum', () => {
  it.each<Row>([
    [{}, {}, 'minimum cpu usage per Pod is 100m.  No request is specified'],
    [{ cpu: '50m' }, {}, 'minimum cpu usage per Pod is 100m, but request is 50m'],
    [{ cpu: '0.05' }, { cpu: '1' }, 'minimum cpu usage per Pod is 100m, but request is 50m'],
    [{ cpu: '100m' }, { cpu: '50m' }, 'minimum cpu usage per Pod is 100m, but limit is 50m'],
    [{ cpu: '100m' }, {}, undefined],
    [{ cpu: '0.1' }, { cpu: '1' }, undefined],
  ])('requests %j, limits %j', (requests, limits, complaint) => {
    expect(belowMinimum('Pod', 'cpu', '100m', { requests, limits })).toBe(complaint);
  });
});

describe('the maximum', () => {
  it.each<Row>([
    [{ memory: '1Gi' }, {}, 'maximum memory usage per Container is 1Gi.  No limit is specified'],
    [{}, { memory: '2Gi' }, 'maximum memory usage per Container is 1Gi, but limit is 2Gi'],
    [{ memory: '1025Mi' }, { memory: '1Gi' }, 'maximum memory usage per Container is 1Gi, but request is 1025Mi'],
    [{}, { memory: '1024Mi' }, undefined],
    [{ memory: '1Gi' }, { memory: '1Gi' }, undefined],
  ])('requests %j, limits %j', (requests, limits, complaint) => {
    expect(aboveMaximum('Container', 'memory', '1Gi', { requests, limits })).toBe(complaint);
  });
});

describe('the maximum for kinds without limits', () => {
  it.each<[Amounts, string | undefined]>([
    [{}, 'maximum storage usage per PersistentVolumeClaim is 2Gi.  No request is specified'],
    [{ storage: '3Gi' }, 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi'],
    [{ storage: '2Gi' }, undefined],
  ])('requests %j', (requests, complaint) => {
    expect(requestAboveMaximum('PersistentVolumeClaim', 'storage', '2Gi', requests)).toBe(complaint);
  });
});

describe('the ratio of limit to request', () => {
  const begin = 'cpu max limit to request ratio per Container is 2, but';
  it.each<Row>([
    [{}, { cpu: '1' }, `${begin} no request is specified or request is 0`],
    [{ cpu: '0' }, { cpu: '1' }, `${begin} no request is specified or request is 0`],
    [{ cpu: '1' }, {}, `${begin} no limit is specified or limit is 0`],
    [{ cpu: '1' }, { cpu: '0' }, `${begin} no limit is specified or limit is 0`],
    [{ cpu: '300m' }, { cpu: '1' }, `${begin} provided ratio is 3.333333`],
    [{ cpu: '500m' }, { cpu: '1' }, undefined],
    [{ cpu: '1' }, { cpu: '1' }, undefined],
  ])('requests %j, limits %j', (requests, limits, complaint) => {
    expect(aboveRatio('Container', 'cpu', '2', { requests, limits })).toBe(complaint);
  });
});

it('a resource named like a member of every object is not found in amounts that lack it', () => {
  expect(requestAboveMaximum('Pod', 'constructor', '1', {})).toBe('maximum constructor usage per Pod is 1.  No request is specified');
});
