import { configMap, json, sized, yaml } from './fact-objects.js';
import type { Step } from './kubectl-commands.js';

/** Facts of core.sh: config maps, pods, budgets, quotas, secrets, services, nodes. */
export const coreFacts: readonly Step[] = [
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
];
