import type { corev1 } from '#api';
import { isDNS1123Label } from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../../columns.js';
import { ingressWarnings } from '../../rules/ip.js';
import { formatLabels } from '../pod/template-columns.js';
import { allocateService, releaseService } from './allocate.js';
import { setServiceDefaults } from './defaults.js';
import { dropTypeDependentFields } from './type-change.js';
import { validateService, validateServiceStatusUpdate, validateServiceUpdate } from './validate.js';
import { serviceWarnings } from './warnings.js';

type Service = corev1.Service;

function externalIP({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ClusterIP' || spec.type === 'NodePort') return external.join(',') || '<none>';
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return '<unknown>';
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean);
  return [...new Set(ingress)].sort().concat(external).join(',') || '<pending>';
}

function ports({ spec }: Service): string {
  const list = (spec.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return list.join(',') || '<none>';
}

const columns: readonly Column<Service>[] = [
  nameColumn,
  { name: 'Type', type: 'string', cell: (service) => service.spec.type ?? '' },
  { name: 'Cluster-IP', type: 'string', cell: (service) => service.spec.clusterIPs?.[0] ?? '<none>' },
  { name: 'External-IP', type: 'string', cell: externalIP },
  { name: 'Port(s)', type: 'string', cell: ports },
  ageColumn,
  { name: 'Selector', type: 'string', priority: 1, cell: (service) => formatLabels(service.spec.selector) },
];

/** Defaulted for every type, but meaningless for ExternalName (storage.go defaultOnReadInternalTrafficPolicy). */
function dropMeaningless(service: Service): void {
  if (service.spec.type === 'ExternalName') delete service.spec.internalTrafficPolicy;
}

const status: SubresourceStrategy<Service> = {
  prepareForUpdate(service, old) {
    service.spec = old.spec;
  },
  validateUpdate: validateServiceStatusUpdate,
  warnings: ({ status }) => ingressWarnings(status?.loadBalancer?.ingress),
};

/** Services (pkg/registry/core/service). */
export const service: ResourceStrategy<Service> = {
  group: '',
  resource: 'services',
  returnsDeletedObject: true,
  setDefaults: setServiceDefaults,
  prepareForCreate(object) {
    object.status = { loadBalancer: {} };
    dropMeaningless(object);
  },
  validate: (object) => validateService(object),
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropTypeDependentFields(object, old);
    dropMeaningless(object);
  },
  validateUpdate: validateServiceUpdate,
  // Names may begin with a digit since 1.36 (RelaxedServiceNameValidation).
  validateName: isDNS1123Label,
  warnings: (object) => serviceWarnings(object),
  createOnUpdate: true,
  subresources: { status },
  fields: {
    'spec.clusterIP': (object) => object.spec.clusterIP ?? '',
    'spec.type': (object) => object.spec.type ?? '',
  },
  allocate: allocateService,
  release: releaseService,
  columns,
};
