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

/** How many turns it took to run the processes of a pod ahead; undefined if no turn was needed. */
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

test('short commands are run ahead at once', async () => {
  const short: corev1.Container = { name: 'a', image: 'busybox', command: ['sh', '-c', 'sleep 5; exit 3'] };
  expect(await turns(pod([short, { name: 'b' }]))).toBeUndefined();
  expect(programOfContainer(short)).toMatchObject({ does: 'exit', code: 3, after: 5000 });
});

test('long commands are run ahead once, in turns', async () => {
  const long = pod([script('aa', 20_000), script('bbb', 20_000)], [script('cccc', 20_000)]);
  expect(await turns(long)).toBeGreaterThan(2);
  expect(await turns(long)).toBeUndefined();
  const programs = (long.spec?.containers ?? []).map(programOfContainer);
  expect(programs).toMatchObject([
    { does: 'exit', code: 2 },
    { does: 'exit', code: 3 },
  ]);
});

test('many short commands are counted together', async () => {
  const many = pod(Array.from({ length: 40 }, (_, index) => script(`c${'x'.repeat(index)}`, 1_000)));
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
