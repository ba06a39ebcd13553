import { APIService, type apiregistrationv1, type corev1, type discoveryv1, EndpointSlice, Pod, Service } from '#api';
import { formatTime, goQuote } from '#apimachinery';
import { ADAPTER_SERVICES, conditionOf, setCondition } from '#component-helpers';
import { type Controller, defineController, watching } from '#controller-runtime';

type Condition = apiregistrationv1.APIServiceCondition;
type Reference = Required<Pick<apiregistrationv1.ServiceReference, 'name' | 'namespace' | 'port'>>;

const PASSED = { status: 'True', reason: 'Passed', message: 'all checks passed' };
const imageNamed = (names: string): RegExp => new RegExp(`(?:^|/)(?:${names})(?:[:@-]|$)`);
const ADAPTERS = '(?:k8s-)?prometheus-adapter|kube-metrics-adapter';
/** The API server that programs of an image are: these groups are answered in their place. */
const SERVERS: ReadonlyMap<string, RegExp> = new Map([
  ['v1beta1.metrics.k8s.io', imageNamed('metrics-server')],
  ...ADAPTER_SERVICES.custom.map((name) => [name, imageNamed(ADAPTERS)] as const),
  ...ADAPTER_SERVICES.external.map((name) => [name, imageNamed(`${ADAPTERS}|keda-metrics-apiserver`)] as const),
]);

const LOCAL = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

const SERVICE_LABEL = 'kubernetes.io/service-name';

const hasAddress = (slices: readonly discoveryv1.EndpointSlice[], portName: string): boolean =>
  slices.some(
    ({ endpoints, ports }) =>
      (ports ?? []).some(({ name = '' }) => name === portName) &&
      (endpoints ?? []).some(({ conditions, addresses }) => conditions?.ready !== false && addresses.length > 0),
  );

/** Why the service of an APIService cannot be asked (kube-aggregator/pkg/controllers/status/remote). Pure. */
export function serviceTrouble(
  { name, namespace, port }: Reference,
  service: corev1.Service | undefined,
  slices: readonly discoveryv1.EndpointSlice[],
): { reason: string; message: string } {
  const at = `service/${name} in ${goQuote(namespace)}`;
  if (service === undefined) return { reason: 'ServiceNotFound', message: `${at} is not present` };
  if ((service.spec?.type ?? 'ClusterIP') === 'ClusterIP') {
    const found = service.spec?.ports?.find((one) => one.port === port);
    if (found === undefined) return { reason: 'ServicePortError', message: `${at} is not listening on port ${port}` };
    if (slices.length === 0) return { reason: 'EndpointsNotFound', message: `cannot find endpointslices for ${at}` };
    const portName = found.name ?? '';
    if (!hasAddress(slices, portName)) {
      const message = `endpointslices for ${at} have no addresses with port name ${goQuote(portName)}`;
      return { reason: 'MissingEndpoints', message };
    }
  }
  const host = `${service.spec?.clusterIP ?? ''}:${port}`;
  const message = `failing or missing response from https://${host}: dial tcp ${host}: connect: connection refused`;
  return { reason: 'FailedDiscoveryCheck', message };
}

const referenceOf = ({ spec }: apiregistrationv1.APIService): Reference | undefined => {
  const { name, namespace, port = 443 } = spec?.service ?? {};
  return name && namespace ? { name, namespace, port } : undefined;
};

/** All else is in order when the connection alone is refused: a served group answers. */
function stateOf(trouble: ReturnType<typeof serviceTrouble>, served: boolean): { status: string; reason: string; message: string } {
  return served && trouble.reason === 'FailedDiscoveryCheck' ? PASSED : { status: 'False', ...trouble };
}

/** Whether one of the ready pods behind a service runs a program that is such an API server. */
function isServed(name: string, slices: readonly discoveryv1.EndpointSlice[], podOf: (name: string) => corev1.Pod | undefined): boolean {
  const image = SERVERS.get(name);
  const ready = slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false));
  return (
    image !== undefined &&
    ready.some(({ targetRef }) => podOf(targetRef?.name ?? '')?.spec.containers.some((container) => image.test(container.image ?? '')))
  );
}

/** Says whether the group versions of other API servers can be reached. Of the programs in a cluster, metrics-server and metrics adapters answer. */
export const apiServiceAvailability: Controller = defineController({
  name: 'apiservice-availability',
  flag: '',
  for: APIService,
  reads: [Pod],
  filter: ({ deleted }) => !deleted,
  watches: [
    watching(Service, ({ object }, informers) => {
      const { name, namespace } = object.metadata;
      const found = informers
        .of(APIService)
        .list()
        .filter(({ spec }) => spec?.service?.name === name && spec.service.namespace === namespace);
      return found.map(({ metadata }) => ({ name: metadata.name }));
    }),
    watching(EndpointSlice, ({ object: { metadata } }, informers) => {
      const name = metadata.labels?.[SERVICE_LABEL];
      const found = informers
        .of(APIService)
        .list()
        .filter(({ spec }) => spec?.service !== undefined && spec.service.name === name && spec.service.namespace === metadata.namespace);
      return found.map((one) => ({ name: one.metadata.name }));
    }),
  ],
  async reconcile(object, { client, informers, clock }) {
    const reference = referenceOf(object);
    const { name = '', namespace = '' } = reference ?? {};
    const slices = informers
      .of(EndpointSlice)
      .list(namespace)
      .filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === name);
    const service = informers.of(Service).get(name, namespace);
    const served = isServed(object.metadata.name, slices, (pod) => informers.of(Pod).get(pod, namespace));
    const state = reference ? stateOf(serviceTrouble(reference, service, slices), served) : LOCAL;
    const present = conditionOf<Condition>(object.status?.conditions, 'Available');
    if (present?.status === state.status && present.reason === state.reason && present.message === state.message) return;
    const conditions = setCondition(object.status?.conditions, { type: 'Available', ...state }, formatTime(clock.now()));
    await client.updateStatus(APIService, { ...object, status: { ...object.status, conditions } });
  },
});
