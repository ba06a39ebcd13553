import { cluster, post, specOf } from './test-cluster.js';

describe('DefaultIngressClass', () => {
  it('gives ingresses the default class, unless they name one', async () => {
    const made = await cluster();
    const ingress = (name: string, spec: Record<string, unknown>, annotations = {}) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, annotations },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
    });
    await post(made, '/apis/networking.k8s.io/v1/ingressclasses', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'usual', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/c' },
    });
    const path = '/apis/networking.k8s.io/v1/namespaces/ns/ingresses';
    const bodies = [
      ingress('a', {}),
      ingress('b', { ingressClassName: 'own' }),
      ingress('c', {}, { 'kubernetes.io/ingress.class': 'old' }),
    ];
    const classes: unknown[] = [];
    for (const body of bodies) classes.push(specOf((await post(made, path, body)).body).ingressClassName);
    expect(classes).toEqual(['usual', 'own', undefined]);
  });
});
