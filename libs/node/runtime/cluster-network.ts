import type { corev1, discoveryv1 } from '#api';
import type { HttpAnswer } from '../images/program.js';
import { listensOn } from '../pod/probes.js';
import { programOfContainer } from '../pod/programs.js';
import type { ConnectError, EtcdView, HttpCall, Network } from '../shell/process.js';
import { hostPathOf } from './host-path.js';
import type { Listener } from './listener.js';
import type { PodMachine } from './pod-machine.js';
import { type Place, reachableEndpoints } from './service-endpoints.js';
import type { MachineWorld } from './world.js';

/** The network as a pod sees it: names of Services and pods, cluster IPs, pod IPs, node ports. Network policies are not looked at. */

const ZONE = 'cluster.local';
const SYSTEM = 'kube-system';

type Slice = discoveryv1.EndpointSlice;

interface Target {
  pod: corev1.Pod;
  port: number;
}

const isAddress = (name: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(name);

/** The pod that has an address; of those that share the address of their node, the one whose program listens on the port. */
function listeningAt(pods: readonly corev1.Pod[], address: string, port: number): corev1.Pod | undefined {
  const here = pods.filter(({ status }) => status?.podIP === address && status.phase === 'Running');
  if (here.length < 2) return here[0];
  const listens = ({ spec }: corev1.Pod): boolean => {
    const programs = spec.containers.map((container) => programOfContainer(container));
    return programs.some((program) => program !== undefined && listensOn(program, port) !== undefined);
  };
  return here.find(listens) ?? here[0];
}

export class ClusterNetwork implements Network {
  constructor(
    private readonly world: MachineWorld,
    private readonly pod: corev1.Pod,
    private readonly open: (pod: corev1.Pod) => Promise<PodMachine>,
  ) {}

  async resolve(name: string): Promise<{ name: string; addresses: readonly string[] } | undefined> {
    if (name === 'localhost') return { name, addresses: ['127.0.0.1'] };
    if (isAddress(name)) return { name, addresses: [name] };
    const { namespace = '' } = this.pod.metadata;
    const own = [this.pod.metadata.name, this.pod.spec?.hostname].includes(name) ? this.pod.status?.podIP : undefined;
    if (own) return { name, addresses: [own] };
    const alias = this.pod.spec?.hostAliases?.find(({ hostnames }) => hostnames?.includes(name));
    if (alias) return { name, addresses: [alias.ip] };
    const searches = name.endsWith('.') ? [''] : [`.${namespace}.svc.${ZONE}`, `.svc.${ZONE}`, `.${ZONE}`, ''];
    for (const search of searches) {
      const full = `${name.replace(/\.$/, '')}${search}`;
      const addresses = await this.records(full);
      if (addresses.length > 0) return { name: full, addresses };
    }
    return undefined;
  }

  /** The A records of a full name (dns specification for Kubernetes). */
  private async records(name: string): Promise<string[]> {
    if (!name.endsWith(`.${ZONE}`)) return [];
    const labels = name.slice(0, -ZONE.length - 1).split('.');
    const kind = labels.at(-1);
    const namespace = labels.at(-2) ?? '';
    if (kind === 'pod' && labels.length === 3) return [(labels[0] ?? '').replaceAll('-', '.')].filter(isAddress);
    if (kind !== 'svc' || labels.length < 3 || labels.length > 4 || !(await this.hasNameServer())) return [];
    const service = await this.world.objects.get<corev1.Service>('', 'services', namespace, labels.at(-3) ?? '');
    if (!service) return [];
    const { clusterIP = '' } = service.spec ?? {};
    if (labels.length === 3 && clusterIP !== 'None') return clusterIP === '' ? [] : [clusterIP];
    const publishes = service.spec?.publishNotReadyAddresses === true;
    const endpoints = (await this.slices(service)).flatMap((slice) => slice.endpoints ?? []);
    return endpoints
      .filter(({ conditions, hostname }) => (publishes || conditions?.ready !== false) && (labels.length === 3 || hostname === labels[0]))
      .flatMap(({ addresses }) => addresses);
  }

  /** Whether there are no nodes that anything of the system could run on: pods that are looked at alone have a network all the same. */
  private async isBare(): Promise<boolean> {
    return (await this.world.objects.list('', 'nodes')).length === 0;
  }

  /** etcd, from the node of one of its members. */
  async etcd(): Promise<EtcdView | undefined> {
    const { etcd } = this.world;
    if (!etcd || !this.pod.spec.hostNetwork || !etcd.members().some(({ name }) => name === this.pod.spec.nodeName)) return undefined;
    const nodes = await this.world.objects.list<corev1.Node>('', 'nodes');
    const addressOf = ({ status }: corev1.Node) => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
    return {
      members: () => etcd.members(),
      clusterId: () => etcd.clusterId(),
      change: (change) => etcd.change(change),
      isFull: () => etcd.isFull(),
      figures: () => etcd.figures(),
      keep: (directory) => etcd.keep(directory),
      revision: () => etcd.revision(),
      snapshot: () => etcd.snapshot(),
      keys: (prefix) => etcd.keys(prefix),
      addresses: new Map(nodes.map((node) => [node.metadata.name, addressOf(node)])),
    };
  }

  /** The data of the member of etcd on the pod's node. */
  async etcdDisk(): ReturnType<NonNullable<Network['etcdDisk']>> {
    const { etcd } = this.world;
    const { nodeName: node = '' } = this.pod.spec;
    if (!etcd?.members().some(({ name }) => name === node)) return undefined;
    return {
      keep: async (path, revision) => {
        const host = hostPathOf(this.pod, path);
        return host === undefined || etcd.keep({ node, path: host, revision });
      },
    };
  }

  /** Whether a CoreDNS answers. */
  async hasNameServer(): Promise<boolean> {
    const dns = { metadata: { name: 'kube-dns', namespace: SYSTEM } } as corev1.Service;
    const slices = await this.slices(dns);
    const isUp = ({ conditions, nodeName }: discoveryv1.Endpoint): boolean => conditions?.ready !== false && this.isReached(nodeName);
    if (slices.some(({ endpoints }) => endpoints?.some(isUp))) return true;
    return this.isBare();
  }

  /** Whether kube-proxy runs on the pod's node, so that addresses of Services lead anywhere. */
  private async hasProxy(pods: readonly corev1.Pod[]): Promise<boolean> {
    const host = this.pod.spec?.nodeName;
    const isProxy = ({ metadata, spec, status }: corev1.Pod) =>
      metadata.namespace === SYSTEM &&
      metadata.labels?.['k8s-app'] === 'kube-proxy' &&
      spec?.nodeName === host &&
      status?.phase === 'Running';
    return pods.some(isProxy) || this.isBare();
  }

  private async slices({ metadata }: corev1.Service): Promise<Slice[]> {
    const slices = await this.world.objects.list<Slice>('discovery.k8s.io', 'endpointslices', metadata.namespace);
    return slices.filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name);
  }

  /** Whether the node of another pod can be reached from this one. */
  private isReached(node = ''): boolean {
    const { nodeName = '' } = this.pod.spec;
    return node === nodeName || (this.world.faults?.reaches(nodeName, node) ?? true);
  }

  /** The pod and port behind an address; an error if no connection is possible. */
  private async target(address: string, port: number): Promise<Target | ConnectError> {
    const tried = { address: `${address}:${port}` };
    const own = this.pod.status?.podIP;
    if (address === '127.0.0.1' || address === own) {
      // Pods in their node's network share its addresses, the loopback one too.
      const shared = this.pod.spec.hostNetwork && own ? await this.world.objects.list<corev1.Pod>('', 'pods') : [];
      return { pod: listeningAt(shared, own ?? '', port) ?? this.pod, port };
    }
    const services = await this.world.objects.list<corev1.Service>('', 'services');
    const service = services.find(
      ({ spec }) => spec?.clusterIP === address || spec?.clusterIPs?.includes(address) || spec?.externalIPs?.includes(address),
    );
    const pods = await this.world.objects.list<corev1.Pod>('', 'pods');
    if (service) return (await this.hasProxy(pods)) ? this.behind(service, port, tried) : { error: 'timeout', ...tried };
    const pod = listeningAt(pods, address, port);
    if (pod) return this.isReached(pod.spec.nodeName) ? { pod, port } : { error: 'timeout', ...tried };
    const nodes = await this.world.objects.list<corev1.Node>('', 'nodes');
    const node = nodes.find(({ status }) => status?.addresses?.some((one) => one.address === address));
    if (!node || !this.isReached(node.metadata.name)) return { error: 'timeout', ...tried };
    const exposed = services.find(({ spec }) => spec?.ports?.some(({ nodePort }) => nodePort === port));
    const number = exposed?.spec?.ports?.find(({ nodePort }) => nodePort === port)?.port;
    return exposed && number !== undefined ? this.behind(exposed, number, tried) : { error: 'refused', ...tried };
  }

  private async behind(service: corev1.Service, port: number, tried: { address: string }): Promise<Target | ConnectError> {
    const found = service.spec?.ports?.find((one) => one.port === port && (one.protocol ?? 'TCP') === 'TCP');
    // kube-proxy has no rule for other ports: nothing answers.
    if (!found) return { error: 'timeout', ...tried };
    const ports = new Map<discoveryv1.Endpoint, number>();
    for (const slice of await this.slices(service)) {
      const number = slice.ports?.find((one) => (one.name ?? '') === (found.name ?? ''))?.port;
      if (number !== undefined) for (const endpoint of slice.endpoints ?? []) ports.set(endpoint, number);
    }
    const { endpoints, dropped } = reachableEndpoints(service.spec, [...ports.keys()], await this.place());
    for (const endpoint of endpoints) {
      const { kind, namespace = '', name = '' } = endpoint.targetRef ?? {};
      const number = ports.get(endpoint);
      const pod = kind === 'Pod' ? await this.world.objects.get<corev1.Pod>('', 'pods', namespace, name) : undefined;
      if (pod && !this.isReached(pod.spec.nodeName)) return { error: 'timeout', ...tried };
      if (pod && number !== undefined) return { pod, port: number };
      // Endpoints that were written by hand, and those of the Service kubernetes, name no pod.
      const [address] = endpoint.addresses;
      if (kind === undefined && address !== undefined && number !== undefined) return this.target(address, number);
    }
    return { error: dropped ? 'timeout' : 'refused', ...tried };
  }

  private async place(): Promise<Place> {
    const { nodeName: node = '' } = this.pod.spec;
    const found = await this.world.objects.get<corev1.Node>('', 'nodes', '', node);
    return { node, zone: found?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '' };
  }

  /** The program that listens there. */
  private async reach(host: string, port: number): Promise<{ listener: Listener | undefined } | ConnectError> {
    const found = await this.resolve(host);
    const address = found?.addresses[0];
    if (address === undefined) return { error: 'unknown-host', address: host };
    const target = await this.target(address, port);
    if ('error' in target) return target;
    const machine = await this.open(target.pod);
    return { listener: machine.listener(target.port, address === '127.0.0.1' ? 'inside' : 'outside') };
  }

  async connect(host: string, port: number): Promise<ConnectError | undefined> {
    const reached = await this.reach(host, port);
    if ('error' in reached) return reached;
    return reached.listener ? undefined : { error: 'refused', address: `${host}:${port}` };
  }

  async http({ method, url, headers, body }: HttpCall): Promise<HttpAnswer | ConnectError> {
    const secure = url.protocol === 'https:';
    const port = Number(url.port || (secure ? 443 : 80));
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const reached = await this.reach(host, port);
    if ('error' in reached) return reached;
    const { listener } = reached;
    const address = `${host}:${port}`;
    if (!listener) return { error: 'refused', address };
    if (listener.isPaused) return { error: 'timeout', address };
    if (listener.port.protocol !== 'http' || (listener.port.tls !== undefined) !== secure) return { error: 'not-http', address };
    const target = `${url.pathname}${url.search}`;
    return listener.answer({ method, target, headers, body: Buffer.from(body, 'latin1'), client: this.pod.status?.podIP ?? '' });
  }
}
