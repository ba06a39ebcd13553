import type { networkingv1 } from '#api';
import { APIService, EndpointSlice, Endpoints, Ingress, IngressClass, NetworkPolicy, Pod, Secret, Service } from '#api';
import type { Grouping } from '../loaders.js';
import { referredToBy, refersToMany, refersToOne } from './references.js';
import type { Relation } from './relation.js';
import { labelsAsSelector, selectsPods } from './selects.js';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** The Services that an Ingress leads to. */
function backends({ spec }: networkingv1.Ingress): string[] {
  const paths = (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  return [spec?.defaultBackend, ...paths.map(({ backend }) => backend)].flatMap((backend) => backend?.service?.name ?? []);
}

const certificates = ({ spec }: networkingv1.Ingress): string[] => (spec?.tls ?? []).flatMap(({ secretName }) => secretName ?? []);

const ingressesByService: Grouping<networkingv1.Ingress> = { name: 'service', keys: (ingress) => [...new Set(backends(ingress))] };
const ingressesBySecret: Grouping<networkingv1.Ingress> = { name: 'secret', keys: (ingress) => [...new Set(certificates(ingress))] };

/** Among Services, their endpoints and what leads to them. */
export const serviceRelations: readonly Relation[] = [
  refersToOne({
    on: Service,
    field: 'endpoints',
    description: 'The Endpoints object of this Service.',
    to: Endpoints,
    at: ({ metadata }) => ({ name: metadata.name }),
  }),
  referredToBy({
    on: Service,
    field: 'endpointSlices',
    description: 'The EndpointSlices of this Service.',
    to: EndpointSlice,
    by: { name: 'service', keys: ({ metadata }) => (metadata.labels?.[SERVICE_NAME] ? [metadata.labels[SERVICE_NAME]] : []) },
  }),
  selectsPods({
    on: Service,
    description: 'The Pods the selector of this Service matches, ready or not.',
    selector: ({ spec }) => labelsAsSelector(spec.selector),
  }),
  referredToBy({
    on: Service,
    field: 'ingresses',
    description: 'The Ingresses that lead to this Service.',
    to: Ingress,
    by: ingressesByService,
  }),
  refersToOne({
    on: Endpoints,
    field: 'service',
    description: 'The Service of the same name.',
    to: Service,
    at: ({ metadata }) => ({ name: metadata.name }),
  }),
  refersToOne({
    on: EndpointSlice,
    field: 'service',
    description: 'The Service this slice belongs to.',
    to: Service,
    at: ({ metadata }) => ({ name: metadata.labels?.[SERVICE_NAME] }),
  }),
  refersToMany({
    on: EndpointSlice,
    field: 'pods',
    description: 'The Pods that are endpoints of this slice, ready or not.',
    to: Pod,
    names: ({ endpoints }) => (endpoints ?? []).flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' ? (targetRef.name ?? []) : [])),
  }),
  refersToMany({
    on: Ingress,
    field: 'services',
    description: 'The Services this Ingress leads to.',
    to: Service,
    names: backends,
  }),
  refersToMany({
    on: Ingress,
    field: 'secrets',
    description: 'The Secrets with the certificates of this Ingress.',
    to: Secret,
    names: certificates,
  }),
  refersToOne({
    on: Ingress,
    field: 'ingressClass',
    description: 'The IngressClass this Ingress names.',
    to: IngressClass,
    at: ({ spec }) => ({ name: spec?.ingressClassName }),
  }),
  referredToBy({
    on: IngressClass,
    field: 'ingresses',
    description: 'The Ingresses that name this class.',
    to: Ingress,
    by: { name: 'class', keys: ({ spec }) => (spec?.ingressClassName ? [spec.ingressClassName] : []) },
  }),
  referredToBy({
    on: Secret,
    field: 'ingresses',
    description: 'The Ingresses whose certificates are in this Secret.',
    to: Ingress,
    by: ingressesBySecret,
  }),
  selectsPods({
    on: NetworkPolicy,
    description: 'The Pods that this policy applies to.',
    selector: ({ spec }) => spec?.podSelector ?? {},
  }),
  refersToOne({
    on: APIService,
    field: 'service',
    description: 'The Service of the API server; none if kube-apiserver itself serves the group.',
    to: Service,
    at: ({ spec }) => spec?.service && { name: spec.service.name, namespace: spec.service.namespace },
  }),
];
