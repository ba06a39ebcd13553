import { type Kubectl, kubectls, type Ran, run } from '../kubectl.js';
import { type MadeCluster, type Service, startService } from '../service.js';
import { commands, type Step } from './kubectl-commands.js';
import { customSteps } from './kubectl-custom.js';
import { facts } from './kubectl-facts.js';
import { rollouts } from './kubectl-rollouts.js';

const found = kubectls();
if (found.length === 0) console.log('no kubectl on the PATH: its conformance tests are skipped');

const manifest = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  mode: ${data}\n`;
const applied = (mode: string): string => manifest(mode).replace('settings', 'applied');

const steps: readonly Step[] = [
  { run: 'version', shows: [/Server Version: v1\.36\.\d+/] },
  { run: 'cluster-info', shows: [/control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+\/clusters\//] },
  {
    run: 'api-resources',
    shows: [
      /^pods +po +v1 +true +Pod$/m,
      /^deployments +deploy +apps\/v1 +true +Deployment$/m,
      /^horizontalpodautoscalers +hpa +autoscaling\/v2/m,
    ],
  },
  { run: 'api-versions', shows: [/^apps\/v1$/m, /^v1$/m] },
  { run: 'explain deployment.spec.strategy', shows: [/KIND: +Deployment/, /rollingUpdate/, /Recreate/] },
  {
    run: 'get nodes -o wide',
    shows: [/^control-plane +Ready +control-plane +\S+ +v1\.36\.\d+/m, /^worker-1 +Ready +<none>/m, /containerd:\/\//],
  },
  { run: 'get pods -A', shows: [/kube-system +coredns-\S+ +1\/1 +Running/, /kube-system +etcd-control-plane +1\/1 +Running/] },
  { run: 'create namespace NS', shows: [/namespace\/NS created/] },
  { run: 'create deployment web --image=nginx --replicas=3 -n NS', shows: [/deployment.apps\/web created/] },
  {
    run: 'create deployment web --image=nginx -n NS',
    code: 1,
    shows: [/error: failed to create deployment: deployments.apps "web" already exists/],
  },
  { run: 'rollout status deployment/web -n NS --timeout=20s', shows: [/deployment "web" successfully rolled out/] },
  {
    run: 'get deploy,rs,pods -o wide -n NS',
    shows: [
      /deployment.apps\/web +3\/3 +3 +3/,
      /replicaset.apps\/web-\S+ +3 +3 +3/,
      /pod\/web-\S+ +1\/1 +Running +0 .* 10\.244\.\d+\.\d+ +worker-[12]/,
    ],
  },
  { run: 'get events -n NS', shows: [/ScalingReplicaSet/, /SuccessfulCreate/, /Scheduled/, /Started/] },
  {
    run: 'describe deployment web -n NS',
    shows: [
      /Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/,
      /StrategyType: +RollingUpdate/,
      /ScalingReplicaSet .* Scaled up replica set web-\S+ from 0 to 3/,
    ],
  },
  {
    run: 'describe pod -l app=web -n NS',
    shows: [/Controlled By: +ReplicaSet\/web-/, /Successfully assigned NS\/web-\S+ to worker-/, /Started/, /QoS Class: +BestEffort/],
  },
  { run: 'scale deployment web --replicas=5 -n NS', shows: [/deployment.apps\/web scaled/] },
  { run: 'rollout status deployment/web -n NS --timeout=20s', shows: [/successfully rolled out/] },
  { run: 'set image deployment/web nginx=nginx:1.27 -n NS', shows: [/image updated/] },
  { run: 'rollout status deployment/web -n NS --timeout=20s', shows: [/successfully rolled out/] },
  { run: 'rollout history deployment/web -n NS', shows: [/^1 /m, /^2 /m] },
  { run: 'rollout undo deployment/web -n NS', shows: [/rolled back/] },
  { run: 'rollout status deployment/web -n NS --timeout=20s', shows: [/successfully rolled out/] },
  { run: 'get deployment web -n NS -o jsonpath={.spec.template.spec.containers[0].image}', shows: [/^nginx$/] },
  { run: 'expose deployment web --port=80 -n NS', shows: [/service\/web exposed/] },
  { run: 'get svc -n NS', shows: [/^web +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +80\/TCP/m] },
  { run: 'get endpointslices -n NS', shows: [/^web-\S+ +IPv4 +80 +10\.244/m] },
  { run: 'get endpoints web -n NS', shows: [/10\.244\.\d+\.\d+:80/] },
  { run: 'describe service web -n NS', shows: [/Type: +ClusterIP/, /Endpoints: +10\.244/] },
  { run: 'label pods -l app=web tier=front -n NS', shows: [/labeled/] },
  { run: 'get pods -l tier=front -n NS -o name', shows: [/(pod\/web-\S+\s*){5}/] },
  { run: 'annotate deployment web note=hello -n NS', shows: [/annotated/] },
  { run: ['patch', 'deployment', 'web', '-n', 'NS', '-p', '{"spec":{"replicas":2}}'], shows: [/patched/] },
  { run: ['patch', 'deployment', 'web', '-n', 'NS', '--type=merge', '-p', '{"spec":{"replicas":3}}'], shows: [/patched/] },
  {
    run: ['patch', 'deployment', 'web', '-n', 'NS', '--type=json', '-p', '[{"op":"replace","path":"/spec/replicas","value":2}]'],
    shows: [/patched/],
  },
  { run: 'wait deployment web --for=condition=Available -n NS --timeout=20s', shows: [/condition met/] },
  { run: 'apply -n NS -f -', input: manifest('one'), shows: [/configmap\/settings created/] },
  { run: 'apply -n NS -f -', input: manifest('one'), shows: [/configmap\/settings unchanged/] },
  { run: 'diff -n NS -f -', input: manifest('two'), code: 1, shows: [/^- {2}mode: one$/m, /^\+ {2}mode: two$/m] },
  { run: 'apply -n NS -f -', input: manifest('two'), shows: [/configmap\/settings configured/] },
  { run: 'apply --server-side --field-manager=first -n NS -f -', input: applied('one'), shows: [/configmap\/applied serverside-applied/] },
  {
    run: 'apply --server-side --field-manager=second -n NS -f -',
    input: applied('two'),
    code: 1,
    shows: [/Apply failed with 1 conflict: conflict with "first": \.data\.mode/],
  },
  {
    run: 'apply --server-side --field-manager=second --force-conflicts -n NS -f -',
    input: applied('two'),
    shows: [/configmap\/applied serverside-applied/],
  },
  { run: 'get configmap applied -n NS -o yaml --show-managed-fields', shows: [/manager: second\n {4}operation: Apply/, /mode: two/] },
  { run: 'diff --server-side --field-manager=second -n NS -f -', input: applied('three'), code: 1, shows: [/^\+ {2}mode: three$/m] },
  { run: 'replace -n NS -f -', input: manifest('three'), shows: [/configmap\/settings replaced/] },
  { run: 'edit configmap settings -n NS', env: { KUBE_EDITOR: 'sed -i s/three/four/' }, shows: [/configmap\/settings edited/] },
  { run: 'get configmap settings -n NS -o yaml', shows: [/mode: four/, /kind: ConfigMap/] },
  { run: 'get pods -n NS -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName', shows: [/^NAME +NODE$/m, /worker-/] },
  { run: 'get pods -n NS --field-selector=status.phase=Running -o name', shows: [/pod\/web-/] },
  { run: 'get pods -A --sort-by=.metadata.name', shows: [/kube-apiserver-control-plane/] },
  {
    run: 'apply -n NS -f -',
    input: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: three}\n',
    code: 1,
    shows: [/replicas|expected int32|got "?string/i],
  },
  { run: 'create configmap Bad_Name -n NS', code: 1, shows: [/Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of/] },
  { run: 'get pods -n NS -l a=b=c', code: 1, shows: [/unable to parse requirement|found '='/] },
  { run: 'get nothings', code: 1, shows: [/the server doesn't have a resource type "nothings"/] },
  { run: 'get pod missing -n NS', code: 1, shows: [/Error from server \(NotFound\): pods "missing" not found/] },
  { run: 'auth whoami', shows: [/kubernetes-admin/] },
  { run: 'auth can-i create pods', shows: [/yes/] },
  { run: 'config view', shows: [/REDACTED/] },
  { run: 'create poddisruptionbudget web --selector=app=web --min-available=1 -n NS', shows: [/poddisruptionbudget.policy\/web created/] },
  { run: 'wait pdb web --for=jsonpath={.status.disruptionsAllowed}=1 -n NS --timeout=60s', shows: [/condition met/] },
  { run: 'get pdb -n NS', shows: [/^web +1 +N\/A +1 /m] },
  { run: 'cordon worker-2', shows: [/node\/worker-2 cordoned/] },
  // The pods of the deployment are moved one by one: the last one has to wait until another is ready.
  {
    run: 'drain worker-1 worker-2 --ignore-daemonsets --pod-selector=app=web --timeout=1s',
    code: 1,
    shows: [/Cannot evict pod as it would violate the pod's disruption budget|global timeout reached/],
  },
  { run: 'uncordon worker-2', shows: [/node\/worker-2 uncordoned/] },
  {
    run: 'drain worker-1 --ignore-daemonsets --pod-selector=app=web --timeout=120s',
    shows: [/node\/worker-1 drained/],
  },
  { run: 'uncordon worker-1', shows: [/node\/worker-1 uncordoned/] },
  { run: 'get componentstatuses', shows: [/^controller-manager +Healthy +ok/m, /^scheduler +Healthy +ok/m, /^etcd-0 +Healthy +ok/m] },
  { run: 'delete deployment web -n NS', shows: [/deployment.apps "web" deleted/] },
  { run: 'wait pod -l app=web --for=delete -n NS --timeout=20s' },
  { run: 'delete namespace NS --timeout=20s', shows: [/namespace "NS" deleted/] },
  { run: 'get namespace NS', code: 1, shows: [/namespaces "NS" not found/] },
];

function problem({ shows = [], not, code = 0 }: Step, namespace: string, { code: got, out, err }: Ran): string | undefined {
  const text = `${out}${err}`;
  if (got !== code) return `exit code ${got} instead of ${code}`;
  const missing = shows.find((pattern) => !new RegExp(pattern.source.replaceAll('NS', namespace), pattern.flags).test(text));
  if (missing) return `no ${missing}`;
  return not?.test(text) ? `shows ${not}` : undefined;
}

/** Versions that run beside one another, each in a cluster of its own: a kubectl spends half of its time waiting. */
const AT_ONCE = 2;

let service: Service;
let cluster: MadeCluster;
/** What went wrong with each version. */
const problems = new Map<Kubectl, Promise<string>>();

const newCluster = (name: string): Promise<MadeCluster> => service.createCluster({ name, profile: 'instant' });
const describeFound = found.length > 0 ? describe : describe.skip;

/** Runs every step in turn; returns what went wrong. */
async function problemsOf(kubectl: Kubectl, { kubeconfig }: MadeCluster, namespace: string, all: readonly Step[]): Promise<string> {
  const found: string[] = [];
  for (const step of all) {
    const words = (typeof step.run === 'string' ? step.run.split(' ') : [...step.run]).map((word) => word.replaceAll('NS', namespace));
    const ran = await run(kubectl, kubeconfig, words, { ...step, input: step.input?.replaceAll('"NS"', `"${namespace}"`) });
    const wrong = problem(step, namespace, ran);
    if (wrong) found.push(`kubectl ${words.join(' ')}: ${wrong}\n${ran.out}${ran.err}`.slice(0, 2_000));
  }
  return found.join('\n\n');
}

/** Runs the steps with every version, each as soon as the one so many before it is done. */
function startAll(): void {
  found.forEach((kubectl, index) => {
    const before = problems.get(found[index - AT_ONCE] as Kubectl) ?? Promise.resolve('');
    const name = `kubectl-${kubectl.version.replace(/\D+/g, '-')}`;
    const running = before.then(async () => problemsOf(kubectl, await newCluster(name), name, steps));
    running.catch(() => undefined);
    problems.set(kubectl, running);
  });
}

describeFound('kubectl', () => {
  beforeAll(async () => {
    service = await startService();
    cluster = await newCluster('conformance');
    startAll();
  });
  afterAll(() => service?.stop());

  const problemsWithNewest = (namespace: string, all: readonly Step[]) => problemsOf(found.at(-1) as Kubectl, cluster, namespace, all);

  test.each(found.map((kubectl) => [kubectl.version, kubectl] as [string, Kubectl]))(
    '%s',
    async (_version, kubectl) => {
      expect(await problems.get(kubectl)).toBe('');
    },
    900_000,
  );

  test('custom resources, with the newest kubectl', async () => {
    expect(await problemsWithNewest('custom', customSteps)).toBe('');
  }, 900_000);

  test('the facts that test/cmd of Kubernetes checks, with the newest kubectl', async () => {
    expect(await problemsWithNewest('commands', commands)).toBe('');
  }, 900_000);

  test('more of them, which only a server can answer', async () => {
    expect(await problemsWithNewest('facts', facts)).toBe('');
  }, 900_000);

  test('StatefulSets and DaemonSets are rolled out, back and restarted', async () => {
    expect(await problemsWithNewest('rollouts', rollouts)).toBe('');
  }, 900_000);
});
