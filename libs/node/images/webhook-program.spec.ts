import { bareView } from '../pod/served-port.js';
import { webhook } from './webhook-program.js';

const directory = '/tmp/k8s-webhook-server/serving-certs';
const DEFAULT_FILES = { certificate: `${directory}/tls.crt`, key: `${directory}/tls.key` };
const review = (kind: string, request: object) => JSON.stringify({ apiVersion: 'x/v1', kind, request });
const admission = review('AdmissionReview', { uid: 'u1' });

function answers(args: string[], body: string) {
  const program = webhook({ args, has: () => false, variables: new Map() });
  if (program.does !== 'serve') throw new Error(program.does);
  const [port] = program.ports;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } };
  const request = { method: 'POST', target: '/', headers: {}, body: Buffer.from(body), client: '' };
  const answer = port?.answer?.(request, bareView(pod as never));
  return { port: port?.port, tls: port?.tls, ...answer };
}
const responseOf = (args: string[], body = admission) => JSON.parse(String(answers(args, body).body)).response as unknown;

it.each<[string[], unknown]>([
  [[], { uid: 'u1', allowed: true }],
  [['--deny'], { uid: 'u1', allowed: false, status: {} }],
  [
    ['--deny=no', '--deny-code=418', '--deny-reason=Teapot'],
    { uid: 'u1', allowed: false, status: { message: 'no', code: 418, reason: 'Teapot' } },
  ],
  [['--patch=[]'], { uid: 'u1', allowed: true, patchType: 'JSONPatch', patch: 'W10=' }],
  [['--warning=a', '--warning=b', '--audit=k=v=w'], { uid: 'u1', allowed: true, warnings: ['a', 'b'], auditAnnotations: { k: 'v=w' } }],
  [['--uid=other'], { uid: 'other', allowed: true }],
])('with %j it answers %j', (args, want) => {
  expect(responseOf(args)).toEqual(want);
});

it('converts objects by renaming their apiVersion', () => {
  const objects = [{ apiVersion: 'e.io/v1', kind: 'A', spec: { x: 1 } }];
  const body = review('ConversionReview', { uid: 'u2', desiredAPIVersion: 'e.io/v2', objects });
  const convertedObjects = [{ apiVersion: 'e.io/v2', kind: 'A', spec: { x: 1 } }];
  expect(responseOf([], body)).toEqual({ uid: 'u2', result: { status: 'Success' }, convertedObjects });
  expect(responseOf(['--deny=no'], body)).toEqual({ uid: 'u2', result: { status: 'Failure', message: 'no' }, convertedObjects: [] });
});

it.each<[string[], string, object]>([
  [[], 'x', { port: 8443, tls: { ...DEFAULT_FILES, optional: true }, status: 400, body: 'the body is no JSON' }],
  [[], '{"kind":"AdmissionReview"}', { status: 400, body: 'the review has no request' }],
  [['--insecure', '--port=:9443'], admission, { port: 9443, tls: undefined, status: 200 }],
  [['--tls-cert-file=/c', '--tls-private-key-file=/k'], admission, { tls: { certificate: '/c', key: '/k', optional: false } }],
  [['--status=503'], admission, { status: 503, body: '' }],
  [['--answer=nonsense'], admission, { status: 200, body: 'nonsense' }],
  [['--delay=5s'], admission, { status: 200, after: 5000 }],
])('with %j and %j: %j', (args, body, want) => {
  expect(answers(args, body)).toMatchObject(want);
});
