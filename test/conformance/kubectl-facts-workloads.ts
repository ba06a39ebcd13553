import { configMap, controller, json, replicaSet, yaml } from './fact-objects.js';
import type { Step } from './kubectl-commands.js';

/** Facts of core.sh, apps.sh, batch.sh and create.sh about workloads. */
export const workloadFacts: readonly Step[] = [
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
  {
    run: ['get', 'deployment', 'two', ...json, 'jsonpath={.spec.template.spec.containers[0].env[*].name}'],
    shows: [/^A (P_K1 P_K2|P_K2 P_K1)$/],
  },
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
];
