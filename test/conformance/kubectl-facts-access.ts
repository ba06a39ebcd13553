import { configMap, json, yaml } from './fact-objects.js';
import type { Step } from './kubectl-commands.js';

/** Facts of get.sh, rbac.sh, diff.sh, wait.sh, delete.sh, storage.sh and debug.sh. */
export const accessFacts: readonly Step[] = [
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
  { run: 'get configmaps binary -n NS -o name', shows: [/^configmap\/binary\n$/] },
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
