import type { corev1 } from '#api';
import { nginx, podOf, REALISTIC, Story } from './story.js';

const box = { name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'] };
const missing = 'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH';

it.each<[string, Partial<corev1.Container>, corev1.Probe, string | RegExp]>([
  ['a port that has no name', nginx, { httpGet: { port: 'nope' } }, 'strconv.Atoi: parsing "nope": invalid syntax'],
  ['a port that cannot be', nginx, { tcpSocket: { port: '70000' } }, 'invalid port number: 70000'],
  [
    'a command that there is not',
    box,
    { exec: { command: ['nope'] } },
    new RegExp(
      `^rpc error: code = Unknown desc = failed to exec in container: failed to start exec "[0-9a-f]{64}": ${missing.replaceAll('$', '\\$')}`,
    ),
  ],
])('the result of a probe that cannot be run is thrown away: %s', (_, container, probe, expected) => {
  for (const type of ['livenessProbe', 'readinessProbe']) {
    const spec = { ...container, name: 'c', [type]: { ...probe, periodSeconds: 10, failureThreshold: 1 } };
    const story = new Story(podOf({ containers: [spec] }), { profile: REALISTIC }).pass(40_000);
    const said = story.events.filter((event) => event.startsWith('Unhealthy'));
    const prefix = `Unhealthy: ${type === 'livenessProbe' ? 'Liveness' : 'Readiness'} probe errored and resulted in unknown state: `;
    expect(said.length).toBeGreaterThan(2);
    for (const event of said) {
      expect(event.startsWith(prefix)).toBe(true);
      expect(event.slice(prefix.length).replace(' [spec.containers{c}]', '')).toEqual(
        typeof expected === 'string' ? expected : expect.stringMatching(expected),
      );
    }
    expect(story.summary).toBe(`Running c=running${type === 'livenessProbe' ? '+ready' : ''}`);
  }
});
