import type { Step } from './kubectl-commands.js';

const yaml = (...objects: object[]): string => objects.map((object) => JSON.stringify(object)).join('\n---\n');
const waiting = { nodeSelector: { nowhere: 'x' } };
const pod = (name: string, more: object = {}, metadata: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { run: 'facts' }, ...metadata } },
  spec: { ...waiting, containers: [{ name: 'c', image: 'nginx', ...more }] },
});
const sized = (name: string, cpu: string, memory: string) => pod(name, { resources: { requests: { cpu, memory } } });
const selector = { matchLabels: { app: 'rs' } };
const replicaSet = {
  ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs' } },
  spec: { replicas: 1, selector, template: { metadata: { labels: { app: 'rs' } }, spec: pod('x').spec } },
};
const controller = {
  ...{ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'rc' } },
  spec: { replicas: 0, selector: { app: 'rc' }, template: { metadata: { labels: { app: 'rc' } }, spec: pod('x').spec } },
};
const configMap = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { run: 'facts' } },
  ...more,
});
const json = ['-n', 'NS', '-o'];
const names = '-n NS -o name';

/** More of what test/cmd of Kubernetes checks and only a server can answer: one line a fact, in the order of its files. */
export const facts: readonly Step[] = [
  { run: 'create namespace NS --dry-run=server -o name', shows: [/^namespace\/NS\n$/] },
  { run: 'get namespace NS --ignore-not-found', not: /./ },
  { run: 'create namespace NS' },
  // core.sh: config maps, pods
  { run: 'create -n NS -f -', input: yaml(configMap('binary', { binaryData: { key: '/w==' } })) },
  { run: ['get', 'configmap', 'binary', ...json, 'jsonpath={.binaryData.key}'], shows: [/^\/w==$/] },
  { run: 'create configmap dry --from-literal=a=1 --dry-run=server -n NS', shows: [/configmap\/dry created \(server dry run\)/] },
  { run: 'get configmaps dry -n NS', code: 1, shows: [/configmaps "dry" not found/] },
  { run: 'create -n NS -f -', input: yaml(sized('a', '2', '1Gi'), sized('b', '500m', '2Gi'), sized('c', '1', '512Mi')) },
  {
    run: ['get', 'pod', 'a', '--show-managed-fields', ...json, 'jsonpath={.metadata.managedFields[*].manager}'],
    shows: [/kubectl-create/],
  },
  { run: ['get', 'pods', '-n', 'NS', '-o', 'jsonpath={.items[*].metadata.name}'], shows: [/^a b c$/] },
  { run: 'get pods -n NS --field-selector metadata.name=b -o name', shows: [/^pod\/b\n$/] },
  { run: 'get pods -n NS --field-selector status.phase=Pending,metadata.name!=b -o name', shows: [/^pod\/a\npod\/c\n$/] },
  { run: 'get pods -n NS --sort-by={.spec.containers[0].resources.requests.cpu} -o name', shows: [/^pod\/b\npod\/c\npod\/a\n$/] },
  { run: 'get pods -n NS --sort-by={.spec.containers[0].resources.requests.memory} --no-headers', shows: [/^c .*\na .*\nb .*\n$/] },
  { run: 'get pods -n NS --sort-by={.metadata.name} --v=8', shows: [/as=Table/, /includeObject=Object/] },
  { run: 'delete pods -n NS', code: 1, shows: [/resource\(s\) were provided, but no name was specified/] },
  { run: 'delete pods --all -l run=facts -n NS', code: 1, shows: [/setting 'all' parameter but found a non empty selector/] },
  { run: 'patch pod a -n NS -p {"metadata":{"resourceVersion":"1","labels":{"x":"y"}}}', code: 1, shows: [/the object has been modified/] },
  {
    run: 'patch pod a -n NS -p {"spec":{"containers":[{"name":"d","image":"x"}]}}',
    code: 1,
    shows: [/pod updates may not add or remove containers/],
  },
  {
    run: 'label pods a b new=yes -n NS --resource-version=1',
    code: 1,
    shows: [/--resource-version may only be used with a single resource|the object has been modified/],
  },
  { run: 'label pod a -n NS --list', shows: [/^run=facts$/m] },
  { run: 'label pod a run=other -n NS', code: 1, shows: [/'run' already has a value \(facts\), and --overwrite is false/] },
  {
    run: ['annotate', 'pods', '-l', 'run=facts', 'note=x', '-n', 'NS', '--field-selector=metadata.name=c'],
    shows: [/^pod\/c annotated\n$/],
  },
  { run: 'delete pods -l run=facts -n NS --wait=false --field-selector=metadata.name=c', shows: [/^pod "c" deleted/] },
  { run: 'delete pods a b -n NS --now', shows: [/pod "a" deleted/, /pod "b" deleted/] },
  // budgets, priority classes, quotas
  { run: 'create pdb half --selector=app=rails --min-available=50% -n NS' },
  { run: 'create pdb most --selector=app=rails --max-unavailable=2 -n NS' },
  {
    run: ['get', 'pdb', '-n', 'NS', '--template={{range .items}}{{.spec.minAvailable}} {{.spec.maxUnavailable}};{{end}}'],
    shows: [/^50% <no value>;<no value> 2;$/],
  },
  { run: 'create priorityclass facts --value=10 --dry-run=server -o jsonpath={.preemptionPolicy}', shows: [/^PreemptLowerPriority$/] },
  { run: 'create quota few --hard=configmaps=3,pods=1 -n NS', shows: [/resourcequota\/few created/] },
  { run: 'wait quota few --for=jsonpath={.status.used.configmaps}=2 -n NS --timeout=60s', shows: [/condition met/] },
  { run: 'create configmap third -n NS' },
  {
    run: 'create configmap fourth -n NS',
    code: 1,
    shows: [/configmaps "fourth" is forbidden: exceeded quota: few, requested: configmaps=1, used: configmaps=3, limited: configmaps=3/],
  },
  { run: 'delete quota few -n NS' },
  // secrets, service accounts
  {
    run: 'create -n NS -f -',
    input: yaml({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'text' }, data: { k1: 'djE=' }, stringData: { k2: 'v2' } }),
  },
  { run: ['get', 'secret', 'text', ...json, 'jsonpath={.data} {.stringData}'], shows: [/^\{"k1":"djE=","k2":"djI="\} $/] },
  { run: 'create secret tls none --key=/dev/null --cert=/dev/null -n NS', code: 1, shows: [/tls/] },
  { run: 'create serviceaccount facts -n NS' },
  { run: 'create token facts -n NS --duration=10m --audience=me', shows: [/^ey[\w-]+\.[\w-]+\.[\w-]+$/] },
  { run: 'create token facts -n NS --bound-object-kind=Secret --bound-object-name=none', code: 1, shows: [/secrets "none" not found/] },
  // services
  { run: 'create service clusterip web --tcp=80:8080 -n NS', shows: [/service\/web created/] },
  { run: 'set selector service web role=padawan -n NS', shows: [/service\/web selector updated/] },
  { run: 'set selector service web role=jedi --dry-run=server -n NS', shows: [/selector updated \(server dry run\)/] },
  { run: ['get', 'service', 'web', ...json, 'jsonpath={.spec.selector.role}:{.spec.ports[0].targetPort}'], shows: [/^padawan:8080$/] },
  { run: 'create service clusterip headless --clusterip=None -n NS' },
  { run: ['get', 'service', 'headless', ...json, 'jsonpath={.spec.clusterIPs}'], shows: [/^\["None"\]$/] },
  { run: 'create service externalname out --external-name=bar.example -n NS' },
  { run: 'get service out -n NS --no-headers', shows: [/^out +ExternalName +<none> +bar\.example +<none> /] },
  { run: 'create service loadbalancer lb --tcp=80 --tcp=443 -n NS', shows: [/service\/lb created/] },
  { run: 'get service lb -n NS --no-headers', shows: [/^lb +LoadBalancer +10\.\S+ +<pending> +80:3\d{4}\/TCP,443:3\d{4}\/TCP /] },
  {
    run: ['patch', 'service', 'web', '-n', 'NS', '-p', '{"spec":{"clusterIP":"10.96.250.250"}}'],
    code: 1,
    shows: [/spec\.clusterIPs\[0\]: Invalid value: \["10\.96\.250\.250"\]: may not change once set/],
  },
  { run: 'get --raw /api/v1/namespaces/NS/services/web/status', shows: [/"loadBalancer":\{\}/] },
  // nodes
  { run: ['patch', 'node', 'worker-2', '-p', '{"spec":{"unschedulable":true}}', '--dry-run=server'], shows: [/node\/worker-2 patched/] },
  { run: 'taint node worker-2 facts=NS:NoSchedule --dry-run=server', shows: [/node\/worker-2 tainted/] },
  { run: 'taint node worker-2 facts-', code: 1, shows: [/taint "facts" not found/] },
  { run: 'describe node worker-2', shows: [/Unschedulable: +false/, /^ {2}Ready +True/m, /Allocated resources:/] },
  // rc, rs: scale, expose, autoscale, owners
  {
    run: 'create -n NS -f -',
    input: yaml(controller, replicaSet),
    shows: [/replicationcontroller\/rc created/, /replicaset.apps\/rs created/],
  },
  { run: 'scale rc rc --current-replicas=3 --replicas=2 -n NS', code: 1, shows: [/Expected replicas to be 3, was 0/] },
  { run: 'scale rc rc --current-replicas=0 --replicas=1 -n NS', shows: [/replicationcontroller\/rc scaled/] },
  { run: 'scale rc/rc rs/rs --replicas=0 -n NS', shows: [/replicationcontroller\/rc scaled/, /replicaset.apps\/rs scaled/] },
  { run: ['get', 'rs', 'rs', ...json, 'jsonpath={.spec.replicas} {.metadata.generation}'], shows: [/^0 2$/] },
  { run: 'get rc rc --subresource=scale -n NS -o jsonpath={.kind}:{.status.selector}', shows: [/^Scale:app=rc$/] },
  {
    run: 'patch rs rs --subresource=scale --type=merge -p {"spec":{"replicas":-1}} -n NS',
    code: 1,
    shows: [/spec\.replicas: Invalid value: -1: must be greater than or equal to 0/],
  },
  { run: 'expose rc rc --port=80 --name=rc-1 -n NS', shows: [/service\/rc-1 exposed/] },
  { run: 'expose service rc-1 --port=443 --target-port=80 --name=rc-2 -n NS', shows: [/service\/rc-2 exposed/] },
  {
    run: ['get', 'service', 'rc-2', ...json, 'jsonpath={.spec.selector.app} {.spec.ports[0].port} {.spec.ports[0].targetPort}'],
    shows: [/^rc 443 80$/],
  },
  { run: 'expose node worker-2 --port=80', code: 1, shows: [/cannot expose a Node/] },
  { run: 'autoscale rs rs --min=2 --max=3 --cpu-percent=80 -n NS' },
  {
    run: ['get', 'horizontalpodautoscalers.v1.autoscaling', 'rs', ...json, 'jsonpath={.apiVersion} {.spec.targetCPUUtilizationPercentage}'],
    shows: [/^autoscaling\/v1 80$/],
  },
  {
    run: ['get', 'hpa.autoscal', 'rs', ...json, 'jsonpath={.apiVersion} {.spec.metrics[0].resource.target.averageUtilization}'],
    shows: [/^autoscaling\/v2 80$/],
  },
  { run: 'autoscale rc rc -n NS', code: 1, shows: [/required flag\(s\) "max" not set|--max=MAXPODS is required/] },
  { run: 'delete hpa rs -n NS' },
  { run: 'delete rs rs --cascade=orphan -n NS', shows: [/replicaset.apps "rs" deleted/] },
  // apps.sh: deployments
  { run: 'create deployment two --image=nginx:1 --image=busybox:1 --replicas=0 -n NS' },
  { run: ['get', 'deployment', 'two', ...json, 'jsonpath={.spec.template.spec.containers[*].name}'], shows: [/^nginx busybox$/] },
  { run: 'set image deployment/two nothing=x -n NS', code: 1, shows: [/unable to find container named "nothing"/] },
  { run: 'set image deployment/two *=nginx:2 -n NS', shows: [/deployment.apps\/two image updated/] },
  { run: 'rollout status deployment/two -n NS --timeout=60s', shows: [/successfully rolled out/] },
  { run: 'rollout history deployment/two --revision=2 -n NS', shows: [/with revision #2/, /Image:\s+nginx:2/] },
  {
    run: 'rollout undo deployment/two --to-revision=1 --dry-run=server -n NS',
    shows: [/deployment.apps\/two Pod Template|rolled back \(server dry run\)/],
  },
  { run: 'rollout undo deployment/two --to-revision=1 -n NS', shows: [/deployment.apps\/two rolled back/] },
  { run: 'rollout status deployment/two -n NS --timeout=60s', shows: [/successfully rolled out/] },
  { run: ['get', 'deployment', 'two', ...json, 'jsonpath={.spec.template.spec.containers[1].image}'], shows: [/^busybox:1$/] },
  { run: 'set env deployment two A=1 B=2 --containers=nginx -n NS', shows: [/env updated/] },
  { run: 'set env deployment two --list -n NS', shows: [/^A=1$/m, /^B=2$/m] },
  { run: 'set env deployment two B- -n NS', shows: [/env updated/] },
  { run: 'set env deployment two --from=secret/text --prefix=P_ -n NS', shows: [/env updated/] },
  { run: ['get', 'deployment', 'two', ...json, 'jsonpath={.spec.template.spec.containers[0].env[*].name}'], shows: [/^A P_K1 P_K2$/] },
  { run: 'delete deployment two --cascade=orphan -n NS' },
  { run: ['wait', 'rs', '-l', 'app=two', '--for=jsonpath={.spec.replicas}=0', '-n', 'NS', '--timeout=60s'], shows: [/condition met/] },
  {
    run: ['get', 'rs', '-l', 'app=two', '-n', 'NS', '--template={{range .items}}{{.metadata.ownerReferences}};{{end}}'],
    shows: [/^(<no value>;)+$/],
  },
  // batch.sh, create.sh
  {
    run: ['create', 'cronjob', 'pi', '--schedule=59 23 31 2 *', '--image=perl', '-n', 'NS', '--', 'perl'],
    shows: [/cronjob.batch\/pi created/],
  },
  { run: 'create job once --from=cronjob/pi -n NS', shows: [/job.batch\/once created/] },
  {
    run: ['get', 'job', 'once', ...json, 'jsonpath={.metadata.annotations} {.metadata.ownerReferences[0].kind}'],
    shows: [/\{"cronjob.kubernetes.io\/instantiate":"manual"\} CronJob/],
  },
  { run: 'describe cronjob pi -n NS', shows: [/Schedule: +59 23 31 2 \*/, /Concurrency Policy: +Allow/] },
  {
    run: ['create', 'cronjob', 'bad', '--schedule=often', '--image=perl', '-n', 'NS'],
    code: 1,
    shows: [/spec\.schedule: Invalid value: "often": expected exactly 5 fields, found 1: \[often\]/],
  },
  { run: 'delete cronjob pi -n NS --cascade=orphan' },
  { run: 'create --raw /api/v1/namespaces/NS/configmaps -f -', input: yaml(configMap('raw')), shows: [/"name":"raw"/] },
  {
    run: 'replace --raw /api/v1/namespaces/NS/configmaps/raw -f -',
    input: yaml(configMap('raw', { data: { a: 'b' } })),
    shows: [/"a":"b"/],
  },
  { run: 'delete --raw /api/v1/namespaces/NS/configmaps/raw', shows: [/"status":"Success"/] },
  {
    run: 'create -n NS -f -',
    input: yaml({ apiVersion: 'v1', kind: 'Nothing', metadata: { name: 'x' } }),
    code: 1,
    shows: [/no matches for kind "Nothing" in version "v1"/],
  },
  { run: 'create -n NS -f -', input: yaml({ metadata: { name: 'x' } }), code: 1, shows: [/kind not set|Object 'Kind' is missing/] },
  {
    run: ['create', 'ingress', 'i', '--rule=foo.com/path*=svc:8080,tls=s', '--class=c', '-n', 'NS'],
    shows: [/ingress.networking.k8s.io\/i created/],
  },
  { run: 'get ingress i -n NS --no-headers', shows: [/^i +c +foo\.com +80, 443 /] },
  // get.sh
  { run: 'get pod -n NS none --subresource=scale', code: 1, shows: [/could not find the requested resource/] },
  { run: 'get configmaps -n NS --chunk-size=1 --watch --request-timeout=1s', shows: [/^binary /m], not: /watch is only supported/ },
  { run: ['get', 'configmap', 'binary', '-n', 'NS', '-o', 'name', '-w', '--request-timeout=1s'], shows: [/^configmap\/binary$/m] },
  { run: 'get pods none -n NS -w --request-timeout=1s', code: 1, shows: [/pods "none" not found/] },
  {
    run: 'get configmap binary -n NS --allow-missing-template-keys=false -o jsonpath={.missing}',
    code: 1,
    shows: [/missing is not found/],
  },
  { run: 'get clusterroles --chunk-size=10 --v=6', shows: [/clusterroles\?limit=10/, /clusterroles\?continue=/] },
  {
    run: 'create -n NS -f -',
    input: yaml(...['x', 'y', 'z'].map((name) => configMap(`large-${name}`, { data: { a: 'a'.repeat(60_000) } }))),
  },
  { run: ['get', 'configmaps', '--v=8', ...json, 'custom-columns=N:.metadata.name'], shows: [/Vary: Accept-Encoding/, /^large-z$/m] },
  { run: ['get', 'configmaps', '--v=8', '--disable-compression', ...json, 'custom-columns=N:.metadata.name'], not: /Accept-Encoding/ },
  { run: 'get all -n NS', shows: [/^service\/web /m, /^replicationcontroller\/rc /m, /^job.batch\/once /m], not: /configmap\// },
  {
    run: 'get endpoints -n NS --warnings-as-errors',
    code: 1,
    shows: [/Warning: v1 Endpoints is deprecated in v1\.33\+; use discovery\.k8s\.io\/v1 EndpointSlice/, /error: 1 warning received/],
  },
  { run: 'get po,svc,deploy.apps,rs.v1.apps,cj,hpa -n NS -o name', shows: [/^service\/web$/m] },
  // rbac.sh, authorization.sh
  { run: 'create clusterrole urls-NS --verb=get --non-resource-url=/logs/*,/healthz', shows: [/created/] },
  {
    run: ['get', 'clusterrole', 'urls-NS', '-o', 'jsonpath={.rules}'],
    shows: [/^\[\{"nonResourceURLs":\["\/logs\/\*","\/healthz"\],"verbs":\["get"\]\}\]$/],
  },
  { run: 'create clusterrole none-NS --verb=get', code: 1, shows: [/one of resource or nonResourceURL must be specified/] },
  { run: 'delete clusterrole urls-NS' },
  { run: 'create role named --verb=get --resource=pods/exec --resource-name=p -n NS' },
  {
    run: ['get', 'role', 'named', ...json, 'jsonpath={.rules}'],
    shows: [/^\[\{"apiGroups":\[""\],"resourceNames":\["p"\],"resources":\["pods\/exec"\],"verbs":\["get"\]\}\]$/],
  },
  { run: 'create rolebinding named --role=named --serviceaccount=NS:facts -n NS' },
  { run: 'auth can-i get pods/p --subresource=exec -n NS --as=system:serviceaccount:NS:facts', shows: [/^yes$/m] },
  { run: 'auth can-i get pods/q --subresource=exec -n NS --as=system:serviceaccount:NS:facts', code: 1, shows: [/^no$/m] },
  {
    run: ['patch', 'rolebinding', 'named', '-n', 'NS', '--type=merge', '-p', '{"roleRef":{"name":"other"}}'],
    code: 1,
    shows: [/roleRef: Invalid value: \{.*"Name":"other"\}: cannot change roleRef/],
  },
  { run: 'auth whoami --as=u --as-uid=7 --as-group=g -o jsonpath={.status.userInfo}', shows: [/"uid":"7"/, /"system:authenticated"/] },
  {
    run: 'get pods -n NS --as=u --as-group=g',
    code: 1,
    shows: [/pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "NS"/],
  },
  // diff.sh, wait.sh, delete.sh
  { run: 'diff -n NS -f -', input: yaml(configMap('binary', { binaryData: { key: '/w==' } })) },
  { run: 'diff --server-side -n NS -f -', input: yaml(configMap('new')), code: 1, shows: [/^\+ {2}name: new$/m] },
  { run: 'get configmap new -n NS', code: 1, shows: [/not found/] },
  { run: 'wait configmap none --for=create -n NS --timeout=1s', code: 1, shows: [/timed out waiting for the condition/] },
  {
    run: 'wait configmap binary --for=delete -n NS --timeout=1s',
    code: 1,
    shows: [/timed out waiting for the condition on configmaps\/binary/],
  },
  { run: ['wait', 'configmap', 'binary', '--for=jsonpath={.metadata.labels.run}', '-n', 'NS'], shows: [/condition met/] },
  { run: 'delete configmaps -l run=facts -A --dry-run=server', shows: [/configmap "binary" deleted.*\(server dry run\)/] },
  { run: `get configmaps binary ${names}`, shows: [/^configmap\/binary\n$/] },
  { run: 'create -n NS -f -', input: yaml(configMap('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } })) },
  { run: 'delete configmap held -n NS --wait=false', shows: [/configmap "held" deleted/] },
  {
    run: ['patch', 'configmap', 'held', '-n', 'NS', '--type=json', '-p', '[{"op":"remove","path":"/metadata/finalizers"}]'],
    shows: [/patched/],
  },
  { run: 'wait configmap held --for=delete -n NS --timeout=20s' },
  // storage.sh, debug.sh
  {
    run: 'create -f -',
    input: yaml({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'facts-class' }, provisioner: 'example.com/p' }),
  },
  { run: 'get storageclass facts-class --no-headers', shows: [/^facts-class +example\.com\/p +Delete +Immediate +false /] },
  {
    run: ['patch', 'storageclass', 'facts-class', '-p', '{"provisioner":"x"}'],
    code: 1,
    shows: [/provisioner: Invalid value: "x": field is immutable/],
  },
  { run: 'delete storageclass facts-class' },
  { run: 'run target --image=nginx -n NS', shows: [/pod\/target created/] },
  { run: 'wait pod target --for=condition=Ready -n NS --timeout=60s' },
  { run: 'debug target --image=busybox --target=target -c probe -n NS --profile=general -- sleep 60' },
  {
    run: [
      'get',
      'pod',
      'target',
      ...json,
      'jsonpath={.spec.ephemeralContainers[*].name} {.spec.ephemeralContainers[0].targetContainerName}',
    ],
    shows: [/^probe target$/],
  },
  {
    run: 'debug target --image=busybox -c probe -n NS --profile=general',
    code: 1,
    shows: [/ephemeral container name "probe" is already|already exist|may not be|Duplicate/],
  },
  { run: 'debug target --copy-to=copy --set-image=*=busybox -n NS --profile=general' },
  { run: ['get', 'pod', 'copy', ...json, 'jsonpath={.spec.containers[0].image}'], shows: [/^busybox$/] },
  { run: 'delete namespace NS --timeout=90s', shows: [/namespace "NS" deleted/] },
];
