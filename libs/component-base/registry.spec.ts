import { familiesText, gaugeOf } from './families.js';
import { ClusterRegistries, MetricRegistry } from './registry.js';
import { numberText } from './text-format.js';
import { exponentialBounds, histograms, values } from './vectors.js';

const attempts = () => values('attempts_total', '[STABLE] Attempts.');
const seconds = () => histograms('seconds', '[ALPHA] Seconds.', exponentialBounds(1e-3, 10, 3));
const depth = () => values('depth', '[BETA] Depth.', 'gauge');

test.each([
  [0, '0'],
  [1, '1'],
  [0.25, '0.25'],
  [0.0001, '0.0001'],
  [1e-5, '1e-05'],
  [999_999, '999999'],
  [1e6, '1e+06'],
  [1767323045, '1.767323045e+09'],
  [-12_345_678, '-1.2345678e+07'],
])('%d is written as %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('what two processes count is added up and told by name, labels in order', () => {
  const [one, two] = [new MetricRegistry(), new MetricRegistry()];
  one.count(attempts, { result: 'error', profile: 'b' });
  two.count(attempts, { result: 'error', profile: 'b' });
  two.count(attempts, { result: 'error', profile: 'a' });
  one.of(seconds).of({}).observe(0.002);
  two.of(seconds).of({}).observe(5);
  expect(familiesText([...one.families(), ...two.families(), gaugeOf('a', 'Is.', 1)])).toBe(
    [
      '# HELP a Is.',
      '# TYPE a gauge',
      'a 1',
      '# HELP attempts_total [STABLE] Attempts.',
      '# TYPE attempts_total counter',
      'attempts_total{profile="b",result="error"} 2',
      'attempts_total{profile="a",result="error"} 1',
      '# HELP seconds [ALPHA] Seconds.',
      '# TYPE seconds histogram',
      'seconds_bucket{le="0.001"} 0',
      'seconds_bucket{le="0.01"} 1',
      'seconds_bucket{le="0.1"} 1',
      'seconds_bucket{le="+Inf"} 2',
      'seconds_sum 5.002',
      'seconds_count 2',
      '',
    ].join('\n'),
  );
});

test('a new process begins with nothing, and gauges stay when nobody sets them any more', () => {
  const registry = new MetricRegistry();
  registry.runAs('one');
  let waiting = 3;
  const stop = registry.onLook(() => {
    registry.of(depth).of({}).value = waiting;
  });
  registry.count(attempts, {});
  stop();
  waiting = 7;
  registry.runAs('one');
  expect(familiesText(registry.families())).toMatch(/attempts_total 1\n[\s\S]*depth 3\n/);
  registry.runAs('two');
  expect([familiesText(registry.families()), registry.generation]).toEqual(['', 1]);
});

test('the counters of clusters that were not used for the longest time go', () => {
  const registries = new ClusterRegistries();
  for (let i = 0; i < 501; i++) registries.of(`c${i}`, 'kube-scheduler');
  expect([registries.families('c0', 'kube-scheduler'), registries.families('c1', 'kube-scheduler')]).toEqual([undefined, []]);
});
