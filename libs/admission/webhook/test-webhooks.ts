import { type HttpAnswer, type HttpCall, NoAnswer } from '#apiserver';
import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { admissionPlugins } from '../index.js';
import { post } from '../test-cluster.js';

const NO_STRATEGIES = [] as const;

interface SentReview {
  apiVersion: string;
  kind: string;
  request: { uid: string; object: Record<string, unknown> | null } & Record<string, unknown>;
}

/** What a server does with a review: the response without its uid, or anything else that HTTP allows. */
export type Server = (review: SentReview, call: HttpCall) => { response: object } | Partial<HttpAnswer> | NoAnswer;

/** A cluster in which the addresses `NAME.test` are servers, and a record of the reviews they got. */
export async function clusterWith(servers: Readonly<Record<string, Server>>) {
  const reviews: Array<{ host: string; path: string; review: SentReview }> = [];
  const outside = (host: string, _port: number, call: HttpCall): Promise<HttpAnswer> | undefined => {
    const server = servers[host.replace(/\.test$/, '')];
    if (!server) return undefined;
    const review = JSON.parse(call.body) as SentReview;
    reviews.push({ host, path: call.path, review });
    const answer = server(review, call);
    if (answer instanceof NoAnswer) return Promise.reject(answer);
    if (!('response' in answer)) return Promise.resolve({ status: 200, body: '', ...answer });
    const { apiVersion, kind, request } = review;
    const body = JSON.stringify({ apiVersion, kind, response: { uid: request.uid, ...answer.response } });
    return Promise.resolve({ status: 200, contentType: 'application/json', body });
  };
  const made = await testCluster({ admission: admissionPlugins, strategies: NO_STRATEGIES, webhooks: { outside } });
  await post(made, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', labels: { team: 'a' } } });
  return { made, reviews };
}

const RULE = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

/** A webhook at `https://NAME.test/` for ConfigMaps. */
export const hook = (name: string, more: object = {}) => ({
  name: `${name}.test.io`,
  clientConfig: { url: `https://${name}.test/` },
  rules: [RULE],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});

/** Creates a configuration. */
export async function configure(
  made: TestCluster,
  kind: 'Mutating' | 'Validating',
  name: string,
  webhooks: readonly object[],
): Promise<void> {
  const path = `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`;
  const body = { apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}WebhookConfiguration`, metadata: { name }, webhooks };
  const { status, message } = await post(made, path, body);
  if (status !== 201) throw new Error(message);
}

export const configMap = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: '1' },
  ...more,
});

/** Creates a ConfigMap and tells what came of it. */
export async function createConfigMap(made: TestCluster, body: object = configMap('x'), query = '') {
  const answer = await made.call('POST', `/api/v1/namespaces/ns/configmaps${query}`, { body });
  const { code, reason, message, data } = answer.body as unknown as { code?: number; reason?: string; message?: string; data?: object };
  return answer.status < 300
    ? { status: answer.status, data, warning: answer.headers.warning }
    : { status: answer.status, code, reason, message };
}
