import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { startProcess } from '../runtime/exec.js';
import { PodMachine } from '../runtime/pod-machine.js';
import type { MachineWorld } from '../runtime/world.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');
/** Time passes only while a process waits for it. */
let now = NOW;
beforeEach(() => {
  now = NOW;
});

const objects: Record<string, KubeObject[]> = {};
const world: MachineWorld = {
  pace: { pause: () => undefined },
  clock: { now: () => now },
  objects: {
    get: async <T extends KubeObject>(_: string, resource: string, namespace: string, name: string) =>
      (objects[resource] ?? []).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name) as T | undefined,
    list: async <T extends KubeObject>(_: string, resource: string, namespace = '') =>
      (objects[resource] ?? []).filter(({ metadata }) => namespace === '' || metadata.namespace === namespace) as T[],
  },
};

function podOf(name: string, container: Partial<corev1.Container>, ip: string): corev1.Pod {
  const state = { running: { startedAt: '2026-01-02T03:04:00Z' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name },
    spec: { containers: [{ name: 'c', image: 'busybox:1.36', ...container }] },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, containerID: `containerd://${name}`, state }],
    },
  };
}

objects.pods = [podOf('web', { image: 'nginx:1.27' }, '10.244.1.9')] as KubeObject[];
objects.services = [
  { metadata: { name: 'web', namespace: 'default' }, spec: { clusterIP: '10.96.1.1', ports: [{ port: 80 }] } },
  { metadata: { name: 'headless', namespace: 'other' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
] as unknown as KubeObject[];
objects.endpointslices = ['web:default', 'headless:other'].map((text) => {
  const [name = '', namespace = ''] = text.split(':');
  return {
    metadata: { name: `${name}-x`, namespace, labels: { 'kubernetes.io/service-name': name } },
    ports: [{ port: 80 }],
    endpoints: [{ addresses: ['10.244.1.9'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web', namespace: 'default' } }],
  };
}) as unknown as KubeObject[];

function after(milliseconds: number, callback: () => void): () => void {
  now += milliseconds;
  queueMicrotask(callback);
  return () => undefined;
}

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function run(command: readonly string[], { input, image = 'busybox:1.36' }: { input?: string; image?: string } = {}): Promise<Ran> {
  const machine = await PodMachine.open(podOf('box', { image }, '10.244.1.2'), world);
  const container = machine.get('c');
  if (!container) throw new Error('no container');
  const ran: Ran = { code: -1, out: '', err: '' };
  const process = startProcess(
    container,
    {
      command,
      tty: false,
      stdin: input !== undefined,
      sinks: {
        stdout(bytes) {
          ran.out += bytes.toString();
          return true;
        },
        stderr(bytes) {
          ran.err += bytes.toString();
          return true;
        },
      },
    },
    { clock: world.clock, after, pace: { pause: () => undefined }, around: machine.around(container) },
  );
  if (input !== undefined) process.write(Buffer.from(input));
  process.endInput();
  ran.code = await process.exit;
  return ran;
}

const sh = (script: string, input?: string) => run(['sh', '-c', script], input === undefined ? {} : { input });

test.each<[string, string]>([
  ['echo hello', 'hello\n'],
  ['echo "a  b" c\\ d \'$x\'', 'a  b c d $x\n'],
  ['x=1; y="$x 2"; echo $y "${y}3" ${z:-none} ${#y} ${x:+set}', '1 2 1 23 none 3 set\n'],
  ['f=/a/b.tar.gz; echo ${f##*/} ${f%.*} ${f%%.*} ${f#/a}', 'b.tar.gz /a/b.tar /a/b /b.tar.gz\n'],
  ['v=hello; echo ${v/l/L} ${v//l/L} ${v:1:3}', 'heLlo heLLo ell\n'],
  ['echo $((1 + 2 * 3)) $((7 / 2)) $(( (1<<4) | 1 ))', '7 3 17\n'],
  ['i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done', '0\n1\n2\n'],
  ['for i in a b "c d"; do echo "<$i>"; done', '<a>\n<b>\n<c d>\n'],
  ['for ((i=0;i<3;i++)); do printf "%d " $i; done', '0 1 2 '],
  ['for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done', '1\n3\n'],
  ['if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
  ['case foo.txt in *.md) echo md;; *.txt|*.log) echo text;; *) echo other;; esac', 'text\n'],
  ['f() { local x=2; echo $1 $x; return 3; }; x=1; f a; echo $? $x', 'a 2\n3 1\n'],
  ['echo $(echo a; echo b) `echo c`', 'a b c\n'],
  ['printf "b\\na\\nb\\n" | sort | uniq -c', '      1 a\n      2 b\n'],
  ['echo one two three | cut -d" " -f2 | tr a-z A-Z', 'TWO\n'],
  ['seq 5 | head -n 2; seq 5 | tail -n 2; seq 3 | wc -l', '1\n2\n4\n5\n3\n'],
  ['cat <<EOF\na $((1+1))\nEOF\ncat <<"EOF"\n$x\nEOF', 'a 2\n$x\n'],
  ['echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f; ls /tmp', 'a\nb\nf\n'],
  ['mkdir -p /a/b; touch /a/b/c; cp -r /a /d; mv /d/b/c /d/e; rm -r /a; ls -R /d', '/d:\nb\ne\n\n/d/b:\n'],
  ['cd /etc && pwd && cat hostname; cd ..; pwd', '/etc\nbox\n/\n'],
  ['true && echo yes || echo no; false && echo yes || echo no; ! true; echo $?', 'yes\nno\n1\n'],
  ['(x=2; exit 4); echo $? $x', '4\n'],
  ['{ echo a; echo b; } | while read line; do echo "[$line]"; done', '[a]\n[b]\n'],
  ['echo "a b c" | { read x y; echo $y; }', 'b c\n'],
  ['set -- a b c; shift; echo $# $1 "$@"', '2 b b c\n'],
  ['echo hello | sed -e "s/l/L/g" -e "s/\\(h\\)e/\\1E/"; seq 3 | sed -n 2p; seq 3 | sed 2d', 'hELLo\n2\n1\n3\n'],
  ['printf "apple\\nbanana\\n" | grep -n an; printf "a1\\nb2\\n" | grep -oE "[0-9]+"', '2:banana\n1\n2\n'],
  ['echo a b c | xargs -n1 echo x', 'x a\nx b\nx c\n'],
  ['date; date +%F; date +%s', 'Fri Jan  2 03:04:05 UTC 2026\n2026-01-02\n1767323045\n'],
  ['id; whoami; hostname; uname', 'uid=0(root) gid=0(root)\nroot\nbox\nLinux\n'],
  ['echo "$HOME $HOSTNAME"; env | grep ^HOSTNAME; X=1 env | grep ^X', '/root box\nHOSTNAME=box\nX=1\n'],
  ['sleep 0 & wait $!; echo $?', '0\n'],
  ['trap "echo bye" EXIT; echo hi', 'hi\nbye\n'],
  ['[[ abc == a* && ! -f /nope ]] && echo ok', 'ok\n'],
  ['echo /etc/host*', '/etc/hostname /etc/hosts\n'],
  ['echo ü | wc -c; echo ü', '3\nü\n'],
  ['x="a  b"; echo $x; echo "$x"; IFS=:; y=1:2; echo $y', 'a b\na  b\n1 2\n'],
  ['yes | head -n 2', 'y\ny\n'],
  ['set -e; false || true; echo a; false; echo b', 'a\n'],
  ['echo "exit 3" > /tmp/s; chmod +x /tmp/s; /tmp/s; echo $?; sh /tmp/s; echo $?', '3\n3\n'],
  ['nslookup web | tail -n 3', 'Name:\tweb.default.svc.cluster.local\nAddress: 10.96.1.1\n\n'],
  ['getent hosts headless.other', '10.244.1.9        headless.other.svc.cluster.local headless.other\n'],
  ['wget -qO- http://web | head -n 4', '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n'],
  ['echo a | base64; echo YQo= | base64 -d', 'YQo=\na\n'],
  ['test -z ""; echo $?; test 1 -gt 2; echo $?; [ a != b ]; echo $?', '0\n1\n0\n'],
  ['eval "echo a; echo b"; command -v ls; type cd', 'a\nb\n/bin/ls\ncd is a shell builtin\n'],
  ['tar cf - -C /etc hostname | tar tf -', 'hostname\n'],
  ['trap "echo bye" EXIT; (trap "echo inner \\$?" EXIT; exit 2); echo $?', 'inner 2\n2\nbye\n'],
  ['trap "echo term" TERM; kill $$; echo after', 'term\nafter\n'],
  ['set --; for i in "$@" end; do echo "<$i>"; done; set -- "" a; for i in "$@"; do echo "<$i>"; done', '<end>\n<>\n<a>\n'],
  ['x=1; x=2 y=$x; echo $x $y', '2 2\n'],
  ['exec 3> /tmp/f; echo three >&3; exec 3>&-; cat /tmp/f; exec 4< /tmp/f; read x <&4; echo $x', 'three\nthree\n'],
  ['break; echo $?; for i in 1 2; do break; done; echo $i', '0\n1\n'],
  ['set -- -a -b v -cd rest; while getopts ab:cd o; do echo "$o $OPTARG"; done; shift $((OPTIND-1)); echo $1', 'a \nb v\nc \nd \nrest\n'],
  ['command -v echo cd; umask', 'echo\ncd\n0022\n'],
  ["printf '%d %d\\n' 010 0x1f; expr abc : 'a\\(.\\)'; expr abcd : 'ab'", '8 31\nb\n2\n'],
  ["seq 2 | sed 'a\\\nx'; seq 3 | head -n -1", '1\nx\n2\nx\n1\n2\n'],
  ['x=a.b.c; echo ${x#*.} ${x##*.} ${x%.*} ${x%%.*} ${x%%*} ${x//[ac]/_}', 'b.c c a.b a _.b._\n'],
  ['echo {a,b}{1..2}', '{a,b}{1..2}\n'],
])('%j prints %j', async (script, want) => {
  expect(await sh(script)).toMatchObject({ out: want, err: '' });
});

test.each<[readonly string[], Ran]>([
  [['sh', '-c', 'exit 3'], { code: 3, out: '', err: '' }],
  [['sh', '-c', 'trap "echo bye" EXIT; exit 3'], { code: 3, out: 'bye\n', err: '' }],
  [['sh', '-c', 'trap "exit 4" EXIT; exit 3'], { code: 4, out: '', err: '' }],
  [
    ['sh', '-c', 'exec > /tmp/log; echo logged; exec > /dev/stderr; (exec > /tmp/x; echo inner); cat /tmp/log /tmp/x 1>&2'],
    { code: 0, out: '', err: 'logged\ninner\n' },
  ],
  [['sh', '-c', 'set -x; x=1; echo $x > /dev/null'], { code: 0, out: '', err: '+ x=1\n+ echo 1\n' }],
  [['sh', '-c', 'foo'], { code: 127, out: '', err: 'sh: foo: not found\n' }],
  [['sh', '-c', 'echo "a'], { code: 2, out: '', err: 'sh: syntax error: unterminated quoted string\n' }],
  [['sh', '-c', 'if true; done'], { code: 2, out: '', err: 'sh: syntax error: unexpected "done"\n' }],
  [['cat', '/nope'], { code: 1, out: '', err: "cat: can't open '/nope': No such file or directory\n" }],
  [['sh', '-c', 'cat < /nope; echo $?'], { code: 0, out: '1\n', err: "sh: can't open /nope: no such file\n" }],
  [['sh', '-c', 'set -u; echo $nope'], { code: 2, out: '', err: 'sh: nope: parameter not set\n' }],
  [['wget', '-qO-', 'http://nope'], { code: 1, out: '', err: "wget: bad address 'nope'\n" }],
  [['wget', '-qO-', 'http://web:81/'], { code: 1, out: '', err: "wget: can't connect to remote host (10.96.1.1): Operation timed out\n" }],
  [['ls', '/nope'], { code: 1, out: '', err: 'ls: /nope: No such file or directory\n' }],
  [['rm', '/tmp'], { code: 1, out: '', err: "rm: can't remove '/tmp': is a directory\n" }],
])(
  '%j ends as %j',
  async (command, want) => {
    expect(await run(command)).toEqual(want);
  },
  60_000,
);

test('standard input is read to its end', async () => {
  expect([
    await run(['cat'], { input: 'a\nb' }),
    await run(['sh'], { input: 'echo $((1+1))\n' }),
    await sh('read x; echo "[$x]"; cat', 'a\nb\n'),
  ]).toEqual([
    { code: 0, out: 'a\nb', err: '' },
    { code: 0, out: '2\n', err: '' },
    { code: 0, out: '[a]\nb\n', err: '' },
  ]);
});

test.each([
  ['foo', 'exec: "foo": executable file not found in $PATH'],
  ['/bin/foo', 'exec: "/bin/foo": stat /bin/foo: no such file or directory'],
  ['bash', 'exec: "bash": executable file not found in $PATH'],
])('%s cannot be started', async (name, message) => {
  await expect(run([name])).rejects.toThrow(`OCI runtime exec failed: exec failed: unable to start container process: ${message}`);
});
