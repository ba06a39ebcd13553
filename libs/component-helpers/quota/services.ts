import type { corev1 } from '#api';
import { Quantity } from '#apimachinery';
import { namesIn, objectCountName, type QuotaEvaluator } from './evaluator.js';

const COUNT = objectCountName('', 'services');
const RESOURCES: ReadonlySet<string> = new Set([COUNT, 'services', 'services.nodeports', 'services.loadbalancers']);

/** The node ports that a Service has or will get. */
function nodePorts({ spec }: corev1.Service): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') return ports.length;
  if (spec?.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort).length : ports.length;
}

/** Services (pkg/quota/v1/evaluator/core/services.go). */
export const serviceQuota: QuotaEvaluator<corev1.Service> = {
  group: '',
  resource: 'services',
  matching: (names) => namesIn(names, RESOURCES),
  usage: (service) =>
    new Map([
      [COUNT, Quantity.of(1)],
      ['services', Quantity.of(1)],
      ['services.nodeports', Quantity.of(nodePorts(service))],
      ['services.loadbalancers', Quantity.of(service.spec?.type === 'LoadBalancer' ? 1 : 0)],
    ]),
};
