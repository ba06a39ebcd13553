import type { corev1 } from '#api';

/** The Service by which pods reach the API servers, which these keep themselves (controlplane/controller/kubernetesservice). */
export function kubernetesService(clusterIP: string, port: number): corev1.Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
      clusterIP,
      ipFamilyPolicy: 'SingleStack',
      type: 'ClusterIP',
      sessionAffinity: 'None',
    },
  };
}
