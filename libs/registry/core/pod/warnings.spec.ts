import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { corev1 } from '#api';
import { fieldPath } from '#apimachinery';
import { portWarnings } from './container-warnings.js';
import { volumeWarnings } from './volume-warnings.js';

const many = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i));
const ofPorts = (ports: corev1.ContainerPort[]) => portWarnings({ containers: [{ name: 'c', ports }] }, fieldPath('spec'));
const ofFiles = (paths: string[]) =>
  volumeWarnings([{ name: 'v', configMap: { name: 'm', items: paths.map((path) => ({ key: 'k', path })) } }], 'spec');
const overlap = (a: string, b: string) => `volume "v" (ConfigMap "m"): overlapping paths: "${a}" with "${b}"`;

describe('conflicting ports', () => {
  const at = (index: number) => `spec.containers[0].ports[${index}]`;

  test.each<[corev1.ContainerPort[], string[]]>([
    [[{ containerPort: 80 }, { containerPort: 80 }], [`${at(1)}: duplicate port definition with ${at(0)}`]],
    [[{ containerPort: 80, hostPort: 8080 }, { containerPort: 80 }], [`${at(1)}: overlapping port definition with ${at(0)}`]],
    [
      [
        { containerPort: 80, hostPort: 1 },
        { containerPort: 80, hostPort: 2 },
      ],
      [],
    ],
    [
      [
        { containerPort: 80, hostPort: 1, hostIP: '10.0.0.1' },
        { containerPort: 80, hostPort: 1, hostIP: '10.0.0.2' },
        { containerPort: 80, hostPort: 1 },
      ],
      [0, 1].map((other) => `${at(2)}: dangerously ambiguous port definition with ${at(other)}`),
    ],
    [
      [
        { containerPort: 80, protocol: 'TCP' },
        { containerPort: 80, protocol: 'UDP' },
      ],
      [],
    ],
  ])('%j', (ports, warnings) => expect(ofPorts(ports)).toEqual(warnings));

  test('are reported in order', () => {
    const port = fc.record({
      containerPort: fc.constantFrom(80, 81),
      hostPort: fc.constantFrom(0, 1, 2),
      hostIP: fc.constantFrom('', '10.0.0.1', '10.0.0.2'),
    });
    fc.assert(
      fc.property(fc.array(port, { maxLength: 8 }), (ports) => {
        const pairs = ports.flatMap((one, i) =>
          ports.slice(0, i).flatMap((other, j) => {
            const conflicts =
              one.containerPort === other.containerPort &&
              (one.hostPort === 0 ||
                other.hostPort === 0 ||
                (one.hostPort === other.hostPort && (one.hostIP === other.hostIP || one.hostIP === '' || other.hostIP === '')));
            return conflicts ? [`${at(i)} with ${at(j)}`] : [];
          }),
        );
        const told = ofPorts(ports).filter((text) => text.includes('definition'));
        expect(told.map((text) => text.replace(/: .* with /, ' with '))).toEqual(pairs);
      }),
    );
  });

  test('are reported up to a limit', () => {
    expect(ofPorts(many(20_000, () => ({ containerPort: 80 })))).toHaveLength(256);
    expect(ofPorts(many(20_000, (i) => ({ containerPort: 80, hostPort: i + 1 })))).toEqual([]);
  });
});

describe('overlapping files of a volume', () => {
  test.each([
    [['a', 'b'], []],
    [['a', 'a/'], [overlap('a', 'a')]],
    [
      ['a/b', 'a', 'ab', 'a/b/c'],
      [overlap('a', 'a/b'), overlap('a/b/c', 'a/b'), overlap('a/b/c', 'a')],
    ],
    [['', 'a'], []],
  ])('%j', (paths, warnings) => expect(ofFiles(paths)).toEqual(warnings));

  test('are reported in order', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'a.b'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const pairs = paths.flatMap((one, i) =>
          paths
            .slice(0, i)
            .flatMap((other) => (`${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`) ? [overlap(one, other)] : [])),
        );
        expect(ofFiles(paths)).toEqual([...new Set(pairs)]);
      }),
    );
  });

  test('cost linear time', () => {
    expect(ofFiles(many(50_000, (i) => `p${i}`))).toEqual([]);
    expect(ofFiles(many(50_000, () => 'p'))).toEqual([overlap('p', 'p')]);
    expect(ofFiles(many(1_000, (i) => many(i + 1, () => 'a').join('/')))).toHaveLength(256);
    expect(ofFiles([`a${'/'.repeat(1_000_000)}b`, 'c'])).toEqual([]);
  });
});
