/** The expected result of a step: its output matches each pattern, and it has this exit code. `NS` stands for the run's namespace. */
export interface Step {
  run: string | readonly string[];
  input?: string;
  env?: NodeJS.ProcessEnv;
  shows?: readonly RegExp[];
  not?: RegExp;
  code?: number;
}

const yaml = (...objects: object[]): string => objects.map((object) => JSON.stringify(object)).join('\n---\n');
const labels = { name: 'test-pod-label' };
const pod = (name: string, more: object = {}, image = 'nginx') => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels, ...more } },
  spec: { nodeSelector: { nowhere: 'x' }, containers: [{ name: 'c', image }] },
});
const web = (spec: object, volume: object) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'keys' } },
  spec: {
    ...{ replicas: 0, selector: { matchLabels: { app: 'keys' } }, ...spec },
    template: {
      metadata: { labels: { app: 'keys' } },
      spec: { containers: [{ name: 'c', image: 'nginx' }], volumes: [{ name: 'v', ...volume }] },
    },
  },
});
const requests = { cpu: null, memory: '64Mi' };
const nulled = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'nulled' } },
  spec: {
    ...{ replicas: 0, selector: { matchLabels: { app: 'n' } } },
    template: {
      metadata: { labels: { app: 'n' } },
      spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests }, terminationMessagePolicy: null }] },
    },
  },
};
const lastApplied = '-n NS -o jsonpath={.metadata.annotations}';
const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reconciled', namespace: 'NS' } };
const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
/** What test/cmd of Kubernetes checks, as facts: one line a fact, in the order of its files. */
export const commands: readonly Step[] = [
  { run: 'create namespace NS' },
  // apply.sh
  { run: 'create -n NS -f -', input: yaml(pod('p')), shows: [/pod\/p created/] },
  { run: `get pod p ${lastApplied}`, not: /last-applied/ },
  { run: 'apply set-last-applied --dry-run=server -n NS -f - --create-annotation=true', input: yaml(pod('p')), shows: [/configured/] },
  { run: `get pod p ${lastApplied}`, not: /last-applied/ },
  { run: 'apply set-last-applied -n NS -f - --create-annotation=true', input: yaml(pod('p')), shows: [/configured/] },
  { run: `get pod p ${lastApplied}`, shows: [/last-applied-configuration/] },
  { run: 'apply view-last-applied pod/p -n NS', shows: [/test-pod-label/] },
  { run: 'delete pod p -n NS --now', shows: [/pod "p" deleted/] },
  { run: 'apply -n NS -f -', input: yaml(web({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }, { emptyDir: {} })) },
  { run: 'apply -n NS -f -', input: yaml(web({ strategy: { type: 'Recreate' } }, { hostPath: { path: '/tmp' } })), shows: [/configured/] },
  {
    run: 'get deployment keys -n NS -o yaml',
    shows: [/type: Recreate/, /hostPath/],
    not: /^ {4}rollingUpdate|^ {8}emptyDir|maxSurge: 1$/m,
  },
  {
    run: 'apply -n NS -l keep=yes -f -',
    input: yaml(pod('kept', { labels: { keep: 'yes' } }), pod('left', { labels: {} })),
    shows: [/pod\/kept created/],
    not: /left/,
  },
  { run: 'get pod left -n NS', code: 1, shows: [/pods "left" not found/] },
  { run: 'apply -n NS -f -', input: yaml(nulled) },
  {
    run: [
      'get',
      'deployment',
      'nulled',
      '-n',
      'NS',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].resources} {.spec.template.spec.containers[0].terminationMessagePolicy}',
    ],
    shows: [/^\{"requests":\{"memory":"64Mi"\}\} File$/],
  },
  { run: 'apply -n NS -f -', input: yaml(nulled), shows: [/deployment.apps\/nulled (unchanged|configured)/] },
  { run: 'apply --dry-run=server -n NS -f -', input: yaml(pod('dry')), shows: [/pod\/dry created \(server dry run\)/] },
  { run: 'get pod dry -n NS --ignore-not-found', not: /./ },
  { run: 'apply -n NS --prune -l prune=yes -f -', input: yaml(pod('a', { labels: { prune: 'yes' } })) },
  {
    run: 'apply -n NS --prune -l prune=yes -f -',
    input: yaml(pod('b', { labels: { prune: 'yes' } })),
    shows: [/pod\/b created/, /pod\/a pruned/],
  },
  {
    run: 'apply -n NS --prune -f -',
    input: yaml(pod('b')),
    code: 1,
    shows: [/all resources selected for prune without explicitly passing --all/],
  },
  {
    run: 'apply --force --overwrite -n NS -f -',
    input: yaml(pod('b', { labels: { prune: 'yes' } }, 'nginx:1.27')),
    shows: [/pod\/b configured/],
  },
  // core.sh: annotate, label, patch, replace, secrets, config maps
  { run: 'annotate pod b note=1 -n NS', shows: [/pod\/b annotated/] },
  {
    run: 'annotate pod b note=2 -n NS',
    code: 1,
    shows: [/--overwrite is false but found the following declared annotation\(s\): 'note' already has a value \(1\)/],
  },
  { run: 'annotate pod b note=2 --overwrite --resource-version=1 -n NS', code: 1, shows: [/the object has been modified/] },
  { run: 'annotate pod b note- -n NS', shows: [/pod\/b annotated/] },
  { run: 'label pod b name=x --dry-run=server -n NS', shows: [/pod\/b labeled \(server dry run\)/] },
  { run: 'label pods --all all=yes -n NS', shows: [/pod\/b labeled/, /pod\/kept labeled/] },
  { run: 'get pods -n NS -l all=yes,prune!=yes -o name', shows: [/^pod\/kept\n$/] },
  { run: 'label pods --all all- -n NS', shows: [/unlabeled/] },
  { run: 'patch pod b -n NS -p {"spec":{"containers":[{"name":"c","image":"changed"}]}}', shows: [/patched/] },
  { run: 'patch pod b -n NS --dry-run=server -p {"spec":{"containers":[{"name":"c","image":"other"}]}}', shows: [/pod\/b patched/] },
  { run: 'patch pod b -n NS -p {"spec":{"containers":[{"name":"c","image":"changed"}]}}', shows: [/pod\/b patched \(no change\)/] },
  { run: 'get pod b -n NS -o jsonpath={.spec.containers[0].image}', shows: [/^changed$/] },
  { run: 'patch pod b -n NS --type=json -p [{"op":"test","path":"/spec/nodeName","value":"x"}]', code: 1 },
  { run: 'patch pod b -n NS --subresource=status --type=merge -p {"status":{"message":"said"}}', shows: [/patched/] },
  { run: 'get pod b -n NS --subresource=status -o jsonpath={.status.message}', shows: [/^said$/] },
  { run: 'replace --force --grace-period=0 -n NS -f -', input: yaml(pod('b', {}, 'replaced')), shows: [/pod\/b replaced/] },
  { run: 'create secret generic s --from-literal=key1=value1 --type=test-type -n NS', shows: [/secret\/s created/] },
  { run: ['get', 'secret', 's', '-n', 'NS', '--template={{.type}} {{.data.key1 | base64decode}}'], shows: [/^test-type value1$/] },
  { run: 'create secret docker-registry d --docker-username=u --docker-password=p --docker-email=e@e.com -n NS' },
  { run: 'get secret d -n NS -o jsonpath={.type}', shows: [/^kubernetes.io\/dockerconfigjson$/] },
  { run: 'create secret generic s --from-literal=key1=value1 -n NS', code: 1, shows: [/secrets "s" already exists/] },
  { run: 'create configmap m --from-literal=a=1 --from-literal=b=2 -n NS', shows: [/configmap\/m created/] },
  { run: ['get', 'configmap', 'm', '-n', 'NS', '--template={{range $k, $v := .data}}{{$k}}={{$v}};{{end}}'], shows: [/^a=1;b=2;$/] },
  // get.sh
  { run: 'get pods missing -n NS -o name', code: 1, shows: [/pods "missing" not found/] },
  { run: 'get jobs -n NS', shows: [/No resources found in NS namespace/] },
  { run: 'get jobs -n NS -o json', shows: [/"items": \[\]/], not: /No resources found/ },
  { run: 'get jobs -n NS --ignore-not-found', not: /No resources found/ },
  { run: 'get pods/b secret/s -n NS -o name', shows: [/^pod\/b\nsecret\/s\n$/] },
  { run: 'get pods -n NS --chunk-size=1 -o name', shows: [/pod\/b\npod\/kept/] },
  { run: 'get pods -n NS --show-labels --no-headers', shows: [/name=test-pod-label/], not: /^NAME/ },
  { run: 'get pods -n NS -L name', shows: [/^NAME +READY +STATUS +RESTARTS +AGE +NAME$/m] },
  { run: 'get pod b -n NS -o=custom-columns=N:.metadata.name,I:.spec.containers[0].image', shows: [/^N +I\nb +replaced\n$/] },
  { run: 'get --raw /api/v1/namespaces/NS/pods/b', shows: [/"kind":"Pod"/] },
  { run: 'get --raw /metrics', shows: [/^apiserver_request_total\{/m] },
  { run: 'get --raw /readyz?verbose', shows: [/^\[\+\]etcd ok$/m, /readyz check passed/] },
  { run: 'get --raw /livez/ping', shows: [/^ok$/] },
  // template-output.sh
  { run: ['label', 'pod', 'b', 'x=y', '--dry-run=client', '-n', 'NS', '--template={{.metadata.name}}:'], shows: [/^b:$/] },
  {
    run: ['create', 'clusterrole', 'r', '--verb=get', '--resource=pods', '--dry-run=server', '--template={{ .metadata.name }}:'],
    shows: [/^r:$/],
  },
  { run: ['create', 'quota', 'q', '--hard=pods=1', '--dry-run=server', '-n', 'NS', '--template={{ .metadata.name }}:'], shows: [/^q:$/] },
  // save-config.sh
  { run: 'create configmap saved --from-literal=a=1 --save-config -n NS' },
  { run: `get configmap saved ${lastApplied}`, shows: [/last-applied-configuration/] },
  { run: 'run saved --image=nginx --save-config -n NS', shows: [/pod\/saved created/] },
  { run: 'expose pod saved --port=80 --save-config -n NS', shows: [/service\/saved exposed/] },
  { run: `get service saved ${lastApplied}`, shows: [/last-applied-configuration/] },
  { run: 'autoscale deployment keys --max=2 --save-config -n NS', shows: [/horizontalpodautoscaler.autoscaling\/keys autoscaled/] },
  { run: `get hpa keys ${lastApplied}`, shows: [/last-applied-configuration/] },
  // run.sh, events.sh, wait.sh
  { run: 'run dry --image=nginx --dry-run=server -n NS', shows: [/pod\/dry created \(server dry run\)/] },
  { run: 'run bad --image=InvalidImageName -n NS', code: 1, shows: [/Invalid image name "InvalidImageName": invalid reference format/] },
  { run: 'wait pod saved --for=condition=Ready -n NS --timeout=60s', shows: [/pod\/saved condition met/] },
  { run: 'wait pod saved --for=jsonpath={.status.phase}=Running -n NS', shows: [/condition met/] },
  { run: 'wait pod b --for=condition=Ready -n NS --timeout=0s', code: 1, shows: [/timed out waiting for the condition|condition not met/] },
  { run: 'wait deployment/none --for=delete -n NS --timeout=1s', code: 0 },
  { run: 'events -n NS --for pod/saved', shows: [/Scheduled +Pod\/saved/, /Started +Pod\/saved/] },
  { run: 'events -n NS --types=Warning', shows: [/FailedScheduling/], not: /Started/ },
  // apps.sh: rollout
  { run: 'rollout restart deployment/keys -n NS', shows: [/deployment.apps\/keys restarted/] },
  { run: 'rollout pause deployment/keys -n NS', shows: [/deployment.apps\/keys paused/] },
  { run: 'rollout restart deployment/keys -n NS', code: 1, shows: [/can't restart paused deployment/] },
  { run: 'rollout resume deployment/keys -n NS', shows: [/deployment.apps\/keys resumed/] },
  { run: 'rollout undo deployment/keys --to-revision=99 -n NS', code: 1, shows: [/unable to find specified revision 99 in history/] },
  { run: 'set env deployment/keys A=1 -n NS', shows: [/env updated/] },
  { run: 'set resources deployment/keys --requests=cpu=10m -n NS', shows: [/resource requirements updated/] },
  { run: 'set serviceaccount deployment/keys default -n NS', shows: [/serviceaccount updated/] },
  { run: 'scale deployment keys --replicas=1 --current-replicas=7 -n NS', code: 1, shows: [/Expected replicas to be 7, was 0/] },
  // rbac.sh, authorization.sh, auth_whoami.sh
  { run: 'create clusterrole reader-NS --verb=get,list --resource=pods,deployments.apps' },
  {
    run: ['get', 'clusterrole', 'reader-NS', '--template={{range .rules}}{{.apiGroups}}{{.resources}}{{.verbs}};{{end}}'],
    shows: [/^\[\]\[pods\]\[get list\];\[apps\]\[deployments\]\[get list\];$/],
  },
  { run: 'create rolebinding bound --clusterrole=reader-NS --user=alice --serviceaccount=NS:default -n NS' },
  { run: 'set subject rolebinding bound --group=g -n NS', shows: [/rolebinding.rbac.authorization.k8s.io\/bound subjects updated/] },
  { run: 'auth can-i list pods -n NS --as=alice', shows: [/^yes$/m] },
  { run: 'auth can-i delete pods -n NS --as=alice', code: 1, shows: [/^no$/m] },
  { run: 'auth can-i list pods --as=alice --all-namespaces -q', code: 1, not: /./ },
  { run: 'auth can-i --list -n NS --as=alice', shows: [/^pods +\[\] +\[\] +\[get list\]/m] },
  { run: 'auth can-i get nothings', code: 0, shows: [/the server doesn't have a resource type 'nothings'/] },
  { run: 'auth whoami --as=alice --as-group=g -o jsonpath={.status.userInfo}', shows: [/"username":"alice"/, /"g"/] },
  { run: 'get pods -n NS --as-group=g', code: 1, shows: [/without impersonating a user/] },
  {
    run: 'get secrets -n NS --as=alice',
    code: 1,
    shows: [/secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the namespace "NS"/],
  },
  {
    run: 'auth reconcile -n NS -f -',
    input: yaml({ ...role, rules: [rule('pods')] }),
    shows: [/role.rbac.authorization.k8s.io\/reconciled reconciled/],
  },
  { run: 'auth reconcile -n NS -f -', input: yaml({ ...role, rules: [rule('secrets')] }), shows: [/reconciled/] },
  { run: ['get', 'role', 'reconciled', '-n', 'NS', '--template={{range .rules}}{{.resources}}{{end}}'], shows: [/^\[pods\]\[secrets\]$/] },
  {
    run: 'auth reconcile --remove-extra-permissions -n NS -f -',
    input: yaml({ ...role, rules: [rule('secrets')] }),
    shows: [/reconciled/],
  },
  { run: ['get', 'role', 'reconciled', '-n', 'NS', '--template={{range .rules}}{{.resources}}{{end}}'], shows: [/^\[secrets\]$/] },
  {
    run: 'delete clusterrole reader-NS -n NS',
    shows: [/Warning: deleting cluster-scoped resources/, /clusterrole.rbac.authorization.k8s.io "reader-NS" deleted/],
  },
  // delete.sh, generic-resources.sh
  { run: 'delete configmap -l nothing=here -n NS', shows: [/No resources found/] },
  {
    run: 'delete configmap m saved --dry-run=server -n NS',
    shows: [/configmap "m" deleted \(server dry run\)|configmap "m" deleted.* \(server dry run\)/],
  },
  { run: 'delete configmap m saved -n NS', shows: [/configmap "m" deleted/, /configmap "saved" deleted/] },
  {
    run: 'delete pods b kept --force --grace-period=0 -n NS',
    shows: [/Immediate deletion does not wait for confirmation/, /force deleted/],
  },
  { run: 'create --validate=strict -n NS -f -', input: yaml({ ...pod('strict'), spek: {} }), code: 1, shows: [/unknown field "spek"/] },
  {
    run: 'create --validate=warn -n NS -f -',
    input: yaml({ ...pod('warned'), spek: {} }),
    shows: [/Warning: unknown field "spek"/, /pod\/warned created/],
  },
  {
    run: 'create -n other-than-NS -f -',
    input: yaml(pod('x', { namespace: 'NS' })),
    code: 1,
    shows: [/the namespace from the provided object "NS" does not match the namespace "other-than-NS"/],
  },
  // kustomize, and what cdk8s prints: several objects, with the labels and hashes of a tool
  {
    run: 'apply -n NS -f -',
    input: yaml(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app-config-c8f5e2a1' }, immutable: true, data: { a: '1' } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'app-service-c88b4b2f' },
        spec: { ports: [{ port: 80 }], selector: { 'cdk8s.io/metadata.addr': 'app-c8' } },
      },
    ),
    shows: [/configmap\/app-config-c8f5e2a1 created/, /service\/app-service-c88b4b2f created/],
  },
  {
    run: ['patch', 'configmap', 'app-config-c8f5e2a1', '-n', 'NS', '-p', '{"data":{"a":"2"}}'],
    code: 1,
    shows: [/field is immutable when `immutable` is set/],
  },
  // discovery.sh, version.sh
  { run: 'api-resources --api-group=apps -o name', shows: [/^deployments.apps$/m], not: /^pods$/m },
  { run: 'api-resources --namespaced=false --verbs=create -o name', shows: [/^namespaces$/m], not: /^componentstatuses$/m },
  { run: 'explain pods.spec.containers --recursive', shows: [/imagePullPolicy/] },
  { run: 'explain deployments --api-version=apps/v1', shows: [/VERSION: +v1/] },
  { run: 'version -o json', shows: [/"gitVersion": "v1\.36\.\d+"/] },
  { run: 'delete namespace NS --timeout=60s', shows: [/namespace "NS" deleted/] },
];
