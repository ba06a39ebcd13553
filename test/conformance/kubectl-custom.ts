import { fileURLToPath } from 'node:url';
import type { Step } from './kubectl-commands.js';

const definitions = fileURLToPath(new URL('crds', import.meta.url));
const certificate = (spec: object): string =>
  JSON.stringify({
    ...{ apiVersion: 'cm.example.io/v1', kind: 'Certificate', metadata: { name: 'web', namespace: 'NS' } },
    spec: { secretName: 'web-tls', issuerRef: { name: 'ca' }, ...spec },
  });

const gateway = (spec: object): string =>
  JSON.stringify({
    ...{ apiVersion: 'gw.example.io/v1', kind: 'NetGateway', metadata: { name: 'edge', namespace: 'NS' } },
    spec: { className: 'c', listeners: [{ name: 'web', port: 80, protocol: 'HTTP' }], ...spec },
  });

/** A user's way with custom resources: definitions shaped like those of well-known operators, and their instances. */
export const customSteps: readonly Step[] = [
  { run: 'create namespace NS' },
  { run: ['create', '-f', definitions], shows: [/customresourcedefinition.apiextensions.k8s.io\/certificates.cm.example.io created/] },
  { run: ['wait', '--for=condition=Established', '-f', definitions, '--timeout=20s'], shows: [/certificates.cm.example.io condition met/] },
  { run: 'api-resources --api-group=cm.example.io', shows: [/^certificates +cert,certs +cm.example.io\/v1 +true +Certificate$/m] },
  {
    run: 'explain certificates.spec',
    shows: [/GROUP: +cm.example.io/, /What the certificate should be like/, /secretName\s+<string> -required-/],
  },
  { run: 'explain certificates.spec.privateKey', shows: [/algorithm\s+<string>/, /enum: RSA, ECDSA, Ed25519/] },
  { run: 'get cert -n NS', shows: [/No resources found in NS namespace/] },
  {
    run: 'apply --server-side -f -',
    input: certificate({ usages: ['server auth'] }),
    shows: [/certificate.cm.example.io\/web serverside-applied/],
  },
  { run: 'get certs -n NS', shows: [/^NAME +READY +SECRET +AGE$/m, /^web +web-tls +\S+$/m] },
  { run: 'get cert web -n NS -o yaml', shows: [/algorithm: RSA/, /size: 2048/, /kind: Issuer/, /generation: 1/] },
  { run: 'get cert -n NS --field-selector=spec.issuerRef.name=ca -o name', shows: [/certificate.cm.example.io\/web/] },
  { run: 'apply --server-side -f -', input: certificate({ usages: ['nothing'] }), code: 1, shows: [/Unsupported value: "nothing"/] },
  { run: 'apply --validate=strict -f -', input: certificate({ colour: 1 }), code: 1, shows: [/unknown field "spec.colour"/] },
  {
    run: ['patch', 'cert', 'web', '-n', 'NS', '--type=merge', '-p', '{"spec":{"secretName":""}}'],
    code: 1,
    shows: [/spec.secretName: Invalid value: "": spec.secretName in body should be at least 1 chars long/],
  },
  {
    run: ['patch', 'cert', 'web', '-n', 'NS', '--type=strategic', '-p', '{"spec":{}}'],
    code: 1,
    shows: [/strategic-merge-patch\+json is not supported by cm.example.io/],
  },
  { run: 'label cert web tier=front -n NS', shows: [/labeled/] },
  { run: 'describe cert web -n NS', shows: [/Secret Name: +web-tls/] },
  {
    run: 'explain netgateways.spec.listeners --recursive',
    shows: [/FIELD: listeners <\[\]Object>/, /port\s+<integer> -required-/, /mode\s+<string>/],
  },
  { run: 'apply --server-side -f -', input: gateway({ ports: [{ port: 80, targetPort: 'http' }] }), shows: [/serverside-applied/] },
  { run: 'get ngw -n NS', shows: [/^NAME +CLASS +ADDRESS +PROGRAMMED +AGE$/m, /^edge +c +Unknown +\S+$/m] },
  { run: 'get gw -n NS -o name', shows: [/^netgateway.gw.example.io\/edge$/m] },
  {
    run: 'apply --server-side -f -',
    input: gateway({ className: 'd' }),
    code: 1,
    shows: [/spec.className: .*className cannot be changed/],
  },
  { run: 'delete crd certificates.cm.example.io --timeout=20s', shows: [/"certificates.cm.example.io" deleted/] },
  { run: 'get cert -n NS', code: 1, shows: [/the server doesn't have a resource type "cert"|could not find the requested resource/] },
  { run: ['delete', '-f', definitions, '--ignore-not-found', '--timeout=20s'], shows: [/deleted/] },
  { run: 'delete namespace NS --timeout=20s', shows: [/namespace "NS" deleted/] },
];
