import type { corev1 } from '#api';
import { programOfContainer, readCommands } from './programs.js';

const script = (name: string, length: number): corev1.Container => ({
  name,
  image: 'busybox',
  command: ['sh', '-c', `${'true;'.repeat(length / 5)} exit ${name.length}`],
});

const pod = (containers: corev1.Container[], initContainers: corev1.Container[] = []): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers, initContainers },
});

/** How many turns it took to parse the commands of a pod; undefined if they are parsed when needed. */
async function turns(of: corev1.Pod): Promise<number | undefined> {
  let count = 0;
  const reading = readCommands(of, async (work) => {
    count += 1;
    return work();
  });
  if (reading === undefined) return undefined;
  await reading;
  return count;
}

test('short commands are not parsed ahead', async () => {
  expect(await turns(pod([script('a', 1_000), { name: 'b' }]))).toBeUndefined();
});

test('long commands are parsed once, each in a turn', async () => {
  const long = pod([script('aa', 20_000), script('bbb', 20_000)], [script('cccc', 20_000)]);
  expect([await turns(long), await turns(long)]).toEqual([3, 0]);
  const programs = (long.spec?.containers ?? []).map(programOfContainer);
  expect(programs).toMatchObject([
    { does: 'exit', code: 2 },
    { does: 'exit', code: 3 },
  ]);
});

test('many short commands are counted together, including those of probes', async () => {
  const probed = (name: string): corev1.Container => ({
    ...script(name, 1_000),
    livenessProbe: { exec: { command: ['sh', '-c', `exit ${'0'.repeat(1_000)}`] } },
  });
  const many = pod(Array.from({ length: 40 }, (_, index) => probed(`c${'x'.repeat(index)}`)));
  expect(await turns(many)).toBeGreaterThanOrEqual(5);
});

test('the environment is part of what a container runs', () => {
  const mysql = (env: corev1.EnvVar[], more: Partial<corev1.Container> = {}) =>
    programOfContainer({ name: 'db', image: 'mysql', env, ...more })?.does;
  expect([mysql([]), mysql([{ name: 'MYSQL_ROOT_PASSWORD', value: 'x' }]), mysql([], { envFrom: [{}] })]).toEqual([
    'exit',
    'serve',
    'serve',
  ]);
});

test('an image that does not exist runs nothing', () => {
  expect(programOfContainer({ name: 'x', image: 'nowhere.example/nothing:none' })).toBeUndefined();
});
