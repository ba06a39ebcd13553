import type { Step } from './kubectl-commands.js';

const yaml = (kind: string, name: string, spec: object): string =>
  JSON.stringify({
    ...{ apiVersion: 'apps/v1', kind, metadata: { name } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'nginx:1.27' }] },
      },
      ...spec,
    },
  });

const imageOf = (of: string) => `get ${of} -n NS -o jsonpath={.spec.template.spec.containers[0].image}`;

/** History, undo, restart and status of a kind whose revisions are ControllerRevisions. */
const revised = (of: string, done: RegExp): Step[] => [
  { run: `rollout status ${of} -n NS --timeout=60s`, shows: [done] },
  { run: `rollout history ${of} -n NS`, shows: [/^1 +<none>$/m] },
  { run: `set image ${of} c=nginx:1.28 -n NS`, shows: [/image updated/] },
  { run: `rollout status ${of} -n NS --timeout=60s`, shows: [done] },
  { run: `rollout history ${of} -n NS`, shows: [/^1 +<none>$/m, /^2 +<none>$/m] },
  { run: `rollout history ${of} --revision=1 -n NS`, shows: [/with revision #1/, /Image:\s+nginx:1\.27$/m] },
  { run: `rollout history ${of} --revision=7 -n NS`, code: 1, shows: [/unable to find the specified revision/] },
  { run: `rollout undo ${of} --to-revision=1 --dry-run=server -n NS`, shows: [/rolled back \(server dry run\)/] },
  { run: `rollout undo ${of} -n NS`, shows: [/rolled back/] },
  { run: `rollout status ${of} -n NS --timeout=60s`, shows: [done] },
  { run: imageOf(of), shows: [/^nginx:1\.27$/] },
  { run: `rollout history ${of} -n NS`, shows: [/^2 +<none>$/m, /^3 +<none>$/m], not: /^1 /m },
  { run: `rollout undo ${of} --to-revision=2 -n NS`, shows: [/rolled back/] },
  { run: `rollout status ${of} -n NS --timeout=60s`, shows: [done] },
  { run: imageOf(of), shows: [/^nginx:1\.28$/] },
  { run: `rollout undo ${of} --to-revision=9 -n NS`, code: 1, shows: [/unable to find specified revision 9 in history/] },
  { run: `rollout restart ${of} -n NS`, shows: [/restarted/] },
  { run: `rollout status ${of} -n NS --timeout=60s`, shows: [done] },
  {
    run: `get pods -n NS -l app=${of.split('/')[1]} -o jsonpath={.items[*].metadata.annotations}`,
    shows: [/kubectl.kubernetes.io\/restartedAt/],
  },
  { run: `rollout pause ${of} -n NS`, code: 1, shows: [/pausing is not supported/] },
  { run: `rollout resume ${of} -n NS`, code: 1, shows: [/resuming is not supported/] },
];

/** `kubectl rollout` on StatefulSets and DaemonSets (its Deployments are among the commands), in a namespace of their own. */
export const rollouts: readonly Step[] = [
  { run: 'create namespace NS' },
  {
    run: 'create -n NS -f -',
    input: yaml('StatefulSet', 'db', { serviceName: 'db', replicas: 2 }),
    shows: [/statefulset.apps\/db created/],
    not: /no controller/,
  },
  ...revised('statefulset/db', /partitioned roll out complete|rolling update complete 2 pods/),
  { run: 'get statefulset db -n NS', shows: [/^db +2\/2/m] },
  {
    run: 'describe statefulset db -n NS',
    shows: [/Pods Status: +2 Running/, /SuccessfulCreate .* Create Pod db-0 in StatefulSet db successful/],
  },
  { run: 'scale statefulset db --replicas=1 -n NS', shows: [/scaled/] },
  { run: 'wait pod/db-1 --for=delete -n NS --timeout=60s' },
  { run: 'create -n NS -f -', input: yaml('DaemonSet', 'agent', {}), shows: [/daemonset.apps\/agent created/], not: /no controller/ },
  ...revised('daemonset/agent', /daemon set "agent" successfully rolled out/),
  { run: 'get daemonset agent -n NS', shows: [/^agent +2 +2 +2 +2 +2 +<none>/m] },
  { run: 'describe daemonset agent -n NS', shows: [/Desired Number of Nodes Scheduled: 2/, /SuccessfulCreate .* Created pod: agent-/] },
  { run: 'delete pod -l k8s-app=kube-proxy -n kube-system --wait=false', shows: [/pod "kube-proxy-\S+" deleted/] },
  { run: 'rollout status daemonset/kube-proxy -n kube-system --timeout=60s', shows: [/successfully rolled out/] },
  { run: 'delete namespace NS', shows: [/deleted/] },
];
