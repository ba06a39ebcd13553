import { expect, test } from '@jest/globals';
import type { corev1, discoveryv1 } from '#api';
import { serviceTrouble } from './availability.js';

const reference = { name: 'm', namespace: 'n', port: 443 };
const service = (spec: corev1.ServiceSpec): corev1.Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'm' }, spec });
const slice = (ports: string[], addresses: string[], ready = true): discoveryv1.EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's' },
  addressType: 'IPv4',
  ports: ports.map((name) => ({ name, port: 1 })),
  endpoints: [{ addresses, conditions: { ready } }],
});
const https = service({ clusterIP: '10.96.0.9', ports: [{ name: 'https', port: 443 }] });

// kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go
test.each<[string, corev1.Service | undefined, discoveryv1.EndpointSlice[], string, string]>([
  ['no service', undefined, [], 'ServiceNotFound', 'service/m in "n" is not present'],
  ['another port', service({ ports: [{ port: 80 }] }), [], 'ServicePortError', 'service/m in "n" is not listening on port 443'],
  ['no slices', https, [], 'EndpointsNotFound', 'cannot find endpointslices for service/m in "n"'],
  [
    'another port’s endpoints',
    https,
    [slice(['http'], ['10.0.0.1'])],
    'MissingEndpoints',
    'endpointslices for service/m in "n" have no addresses with port name "https"',
  ],
  [
    'endpoints that are not ready',
    https,
    [slice(['https'], ['10.0.0.1'], false)],
    'MissingEndpoints',
    'endpointslices for service/m in "n" have no addresses with port name "https"',
  ],
  [
    'nobody who answers',
    https,
    [slice(['https'], ['10.0.0.1'])],
    'FailedDiscoveryCheck',
    'failing or missing response from https://10.96.0.9:443: dial tcp 10.96.0.9:443: connect: connection refused',
  ],
])('%s', (_, found, slices, reason, message) => {
  expect(serviceTrouble(reference, found, slices)).toEqual({ reason, message });
});
