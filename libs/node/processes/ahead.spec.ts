import type { corev1 } from '#api';
import { Ahead } from './ahead.js';
import { bareRun } from './bare-runs.js';

function summary(container: Partial<corev1.Container>): string {
  const ahead = new Ahead({ name: 'c', image: 'busybox', ...container });
  while (!ahead.work(500));
  const { program } = ahead;
  if (program?.does === 'exit') return `exits ${program.code} after ${program.after}${program.message ? `: ${program.message}` : ''}`;
  if (program?.does !== 'serve') return program ? program.message.replace(/.*exec: /, '') : 'nothing';
  const ports = program.ports.map(({ port }) => ` ${port}`).join('');
  return `runs${ports}${program.script?.byPod ? ', by pod' : ''}${program.script?.traps ? ', traps' : ''}`;
}

const sh = (script: string): Partial<corev1.Container> => ({ command: ['sh', '-c', script] });

/** When and how scripts end, wherever they run. */
test.each<[string, string]>([
  ['', 'exits 0 after 0'],
  ['# nothing\nsleep 1 # a second', 'exits 0 after 1000'],
  ['echo a#b; false', 'exits 1 after 0'],
  ['sleep 1 2>&1 >/dev/null; exit 4', 'exits 4 after 1000'],
  ['touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600', 'exits 0 after 630000'],
  ['sleep 60 & exit 2', 'exits 2 after 0'],
  ['sleep 60 & wait; exit 2', 'exits 2 after 60000'],
  ['echo one | false', 'exits 1 after 0'],
  ['echo "not closed', 'exits 2 after 0'],
  ['sle"e"p 3', 'exits 0 after 3000'],
  ['cat <<EOF > /tmp/page\nexit 9\n"\nEOF\nexit 3', 'exits 3 after 0'],
  ['(sleep 1; exit 3)', 'exits 3 after 1000'],
  ['if true; then sleep 2; fi', 'exits 0 after 2000'],
  ['for i in 1 2 3; do echo $i; sleep 1; done', 'exits 0 after 3000'],
  ['for i in $(seq 3); do sleep $i; done', 'exits 0 after 6000'],
  ['i=0; while [ $i -lt 5 ]; do i=$((i+1)); sleep 1; done; exit $i', 'exits 5 after 5000'],
  ['f() { sleep $1; return 7; }; f 2', 'exits 7 after 2000'],
  ['case $(echo b) in a) exit 1;; b) exit 2;; esac', 'exits 2 after 0'],
  ['cat /missing', 'exits 1 after 0'],
  ['ls /no && sleep 3600', 'exits 1 after 0'],
  ['ls /no || sleep 3600', 'exits 0 after 3600000'],
  ['no-such-command', 'exits 127 after 0'],
  ['set -e; false; sleep 5', 'exits 1 after 0'],
  ['kill 1; kill $$; sleep 1', 'exits 0 after 1000'],
  ['sleep 100 & kill $!; wait $!', 'exits 143 after 0'],
  ['date; hostname > /dev/null; date', 'runs, by pod'],
  ['date; sleep 5; date', 'exits 0 after 5000'],
  ['echo gone > /dev/termination-log; exit 1', 'exits 1 after 0: gone\n'],
  // Loops that are never left.
  ['while true; do date; sleep 5; done', 'runs'],
  ['while :\ndo sleep 5\ndone', 'runs'],
  ['touch /x; while [ 1 ]; do sleep 1; done', 'runs'],
  ['while [[ true ]]; do :; done', 'runs'],
  ['until false; do date; done', 'runs'],
  ['while true; do if [ -f /x ]; then echo; fi; wget -qO- http://web || true; sleep 1; done', 'runs'],
  ['f() { exit 3; }; while true; do f; done', 'exits 3 after 0'],
  ['while true; do sleep 1; break; done; exit 3', 'exits 3 after 1000'],
  ['set -e; while true; do sleep 1; false; done', 'exits 1 after 1000'],
  ['while false; do date; done', 'exits 0 after 0'],
  ['trap "exit 0" TERM; while true; do sleep 1; done', 'runs, traps'],
  ['tail -f /dev/null', 'runs'],
  ['sleep infinity', 'runs'],
  ['exec tail -F /var/log/x', 'runs'],
  // What is not interpreted goes on.
  ['awk "{ print }" /etc/passwd; exit 3', 'runs'],
  ['python3 -m http.server 8000', 'runs 8000'],
  ['while true; do nc -l -p 8080; done', 'runs'],
  // What depends on the pod.
  ['echo $HOSTNAME > /tmp/x', 'runs, by pod'],
  ['until nslookup web; do sleep 2; done', 'runs, by pod'],
  ['i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done', 'runs, by pod'],
])('%j %s', (script, want) => expect(summary(sh(script))).toBe(want));

test.each<[string, Partial<corev1.Container>, string]>([
  ['a command without a shell', { command: ['cat', '/missing'] }, 'exits 1 after 0'],
  ['a command that does not exist', { command: ['nope'] }, '"nope": executable file not found in $PATH'],
  ['a file of a volume', { command: ['/scripts/run.sh'], volumeMounts: [{ name: 'v', mountPath: '/scripts' }] }, 'runs, by pod'],
  ['a variable of the spec', { ...sh('exit $CODE'), env: [{ name: 'CODE', value: '4' }] }, 'exits 4 after 0'],
  ['an argument with a variable', { command: ['sleep', '$(TIME)'], env: [{ name: 'TIME', value: '4' }] }, 'exits 0 after 4000'],
  ['a variable from elsewhere', { ...sh('exit $CODE'), env: [{ name: 'CODE', valueFrom: {} }] }, 'runs, by pod'],
  ['a server after a script', { image: 'nginx', ...sh("sleep 1; nginx -g 'daemon off;'") }, 'runs 80'],
  ['standard input that is open', { command: ['cat'], stdin: true }, 'runs'],
])('%s', (_, container, want) => expect(summary(container)).toBe(want));

test('a command in a container sees the files as they are then', () => {
  const container = { name: 'c', image: 'busybox', ...sh('touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600') };
  const at = (elapsed: number): unknown => {
    const work = bareRun(container, { argv: ['cat', '/tmp/healthy'], timeoutSeconds: 1 }, elapsed);
    for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
  };
  const gone = { ok: false, output: "cat: can't open '/tmp/healthy': No such file or directory\n", code: 1, took: 0, quiet: false };
  expect([at(5_000), at(29_999), at(30_000), at(35_000), at(6_000)]).toEqual([
    { ok: true, output: '', code: 0, took: 0, quiet: false },
    { ok: true, output: '', code: 0, took: 0, quiet: false },
    gone,
    gone,
    { ok: true, output: '', code: 0, took: 0, quiet: false },
  ]);
});

describe('the cost of a script is linear in its length', () => {
  const MANY = 130_000;
  test.each([
    ['blanks in an endless loop', `while true${' '.repeat(MANY)}`, 'exits 2 after 0'],
    ['escaped quotes', '\\"'.repeat(MANY / 2), 'exits 127 after 0'],
    ['a quote that is not closed, with escapes', `"${'\\"'.repeat(MANY / 2)}`, 'exits 2 after 0'],
    ['loops one in another', 'while true\t'.repeat(MANY / 11), 'exits 2 after 0'],
    ['here-documents without an end', 'cat <<E\n'.repeat(MANY / 8), 'exits 0 after 0'],
    ['brackets', '('.repeat(MANY), 'exits 2 after 0'],
    ['files', 'touch /a;'.repeat(MANY / 9), 'runs, by pod'],
  ])('%s', (_name, script, want) => {
    expect(summary(sh(script))).toBe(want);
  });
});
