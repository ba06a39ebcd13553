import { EndpointSlice, Endpoints, Service } from '#api';
import { kubernetesService } from '#component-helpers';
import { DNS_SERVICE_IP, KUBERNETES_SERVICE_IP } from '#network';
import { create, type Step, writtenBy } from './step.js';
import type { NodePlan } from './template.js';

const PORT = 6443;

/** The Service kubernetes, which the API server manages itself (pkg/controlplane/controller/kubernetesservice), and kubeadm's kube-dns. */
export function serviceSteps(): Step[] {
  return [
    create(Service, kubernetesService(KUBERNETES_SERVICE_IP, PORT)),
    ...writtenBy('kubeadm', [
      create(Service, {
        metadata: {
          name: 'kube-dns',
          namespace: 'kube-system',
          labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
          annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
        },
        spec: {
          clusterIP: DNS_SERVICE_IP,
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
            { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
            { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
          ],
          selector: { 'k8s-app': 'kube-dns' },
        },
      }),
    ]),
  ];
}

/** The endpoints of the Service kubernetes, which are written by the API server, not by a controller. */
export function kubernetesEndpointSteps(nodes: readonly NodePlan[]): Step[] {
  const addresses = nodes.filter(({ controlPlane }) => controlPlane).map(({ address }) => address);
  const port = { name: 'https', port: PORT, protocol: 'TCP' };
  return [
    create(Endpoints, {
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [port] }],
    }),
    create(EndpointSlice, {
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [port],
    }),
  ];
}
