import type { networkingv1 } from '#api';
import { ageColumn, nameColumn } from '../columns.js';
import { ingressWarnings } from '../rules/ip.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';
import { validateIngressCreate, validateIngressStatus, validateIngressUpdate } from './ingress-validation.js';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const HOSTS_SHOWN = 3;

/** The first three hosts, `*` if there are none (printers.go formatHosts). */
function hosts(rules: readonly networkingv1.IngressRule[] = []): string {
  const list: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (list.length === HOSTS_SHOWN) more = true;
    else if (host) list.push(host);
  }
  if (list.length === 0) return '*';
  return more ? `${list.join(',')} + ${rules.length - HOSTS_SHOWN} more...` : list.join(',');
}

const addresses = ({ status }: networkingv1.Ingress): string =>
  [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean))].sort().join(',');

/** Ingress (registry/networking/ingress). */
export const ingress = overNulls<networkingv1.Ingress>({
  group: 'networking.k8s.io',
  resource: 'ingresses',
  prepareForCreate(object) {
    object.status = { loadBalancer: {} };
    firstGeneration(object);
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    nextGeneration(object, old, ({ spec }) => spec);
  },
  validate: validateIngressCreate,
  validateUpdate: validateIngressUpdate,
  warnings(object, old) {
    const annotated = object.metadata.annotations?.[CLASS_ANNOTATION] !== undefined;
    if (old || !annotated || object.spec?.ingressClassName !== undefined) return [];
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
  subresources: {
    status: {
      prepareForUpdate: (object, old) => keepSpec(object, old),
      validateUpdate: validateIngressStatus,
      warnings: ({ status }) => ingressWarnings(status?.loadBalancer?.ingress),
    },
  },
  columns: [
    nameColumn,
    { name: 'Class', type: 'string', cell: ({ spec }) => spec?.ingressClassName ?? '<none>' },
    { name: 'Hosts', type: 'string', cell: ({ spec }) => hosts(spec?.rules) },
    { name: 'Address', type: 'string', cell: addresses },
    { name: 'Ports', type: 'string', cell: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80') },
    ageColumn,
  ],
});
