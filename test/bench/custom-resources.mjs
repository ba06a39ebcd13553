// Custom resources: how soon a definition is served, and what an object with CEL rules costs beside a ConfigMap of the same size.
import { Api, rate, sleep, stats } from './client.mjs';

const group = 'bench.example.com';
const maxLength = 200;

const definition = (plural) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` } },
  spec: {
    ...{ group, scope: 'Namespaced', names: { plural, singular: plural, kind: plural, listKind: `${plural}List` } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
});

const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['seq', 'a', 'b'],
      'x-kubernetes-validations': [
        { rule: 'self.least <= self.most', message: 'least must not be above most' },
        { rule: "self.a.startsWith('x') && self.b.size() >= self.least", fieldPath: '.b' },
        { rule: 'self.seq == oldSelf.seq', message: 'seq is immutable' },
      ],
      properties: {
        ...{ seq: { type: 'string', maxLength }, a: { type: 'string', maxLength }, b: { type: 'string', maxLength } },
        ...{ least: { type: 'integer', default: 1 }, most: { type: 'integer', default: 10, maximum: 100 } },
      },
    },
  },
};

const labels = { app: 'bench' };
const [a, b] = ['x'.repeat(100), 'y'.repeat(100)];

/** Milliseconds from the request that creates a definition until an object of its kind has been created. */
async function served(api, namespace) {
  const took = [];
  for (let i = 0; i < 20; i += 1) {
    const plural = `served${i}`;
    const from = performance.now();
    await api.must(201, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(plural));
    const object = { apiVersion: `${group}/v1`, kind: plural, metadata: { name: 'x' }, spec: { seq: '0', a, b } };
    const path = `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
    while ((await api.call('POST', path, object)).status !== 201) {
      if (performance.now() - from > 10_000) throw new Error(`${plural} is not served`);
      await sleep(1);
    }
    took.push(performance.now() - from);
  }
  for (let i = 0; i < 20; i += 1) await api.call('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/served${i}.${group}`);
  return stats(took);
}

/** Measures custom resources on one API server. */
export async function measureCustomResources(at, { connections = 16 } = {}) {
  const namespace = `custom-${process.pid}`;
  const many = new Api(at, connections);
  await many.must(201, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await sleep(500);
  const out = { servedMs: await served(many, namespace) };
  await many.must(201, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition('rules'));
  await sleep(500);
  const custom = (i) => ({ apiVersion: `${group}/v1`, kind: 'rules', metadata: { name: `r-${i}`, labels }, spec: { seq: `${i}`, a, b } });
  const map = (i) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `r-${i}`, labels }, data: { seq: `${i}`, a, b } });
  let next = 0;
  const createCustom = () => many.must(201, 'POST', `/apis/${group}/v1/namespaces/${namespace}/rules`, custom(++next));
  const createMap = () => many.must(201, 'POST', `/api/v1/namespaces/${namespace}/configmaps`, map(++next));
  await rate(500, connections, createCustom);
  await rate(500, connections, createMap);
  const rounds = [];
  for (let i = 0; i < 5; i += 1) {
    rounds.push({ map: await rate(1000, connections, createMap), custom: await rate(1000, connections, createCustom) });
  }
  const middle = (values) => values.sort((x, y) => x - y)[Math.floor(values.length / 2)];
  out.mapsPerSecond = middle(rounds.map(({ map: { perSecond } }) => perSecond));
  out.customPerSecond = middle(rounds.map(({ custom: { perSecond } }) => perSecond));
  out.ratio = Math.round((100 * out.customPerSecond) / out.mapsPerSecond);
  await many.call('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rules.${group}`);
  await many.call('DELETE', `/api/v1/namespaces/${namespace}`);
  await many.close();
  return out;
}
