import { ConfigMap } from '#api';
import { clusterCIDR, DNS_SERVICE_IP, SERVICE_CIDR } from '#network';
import { create, type Step } from './step.js';
import { type ClusterTemplate, internalServer, type NodePlan, VERSIONS } from './template.js';

const clusterConfiguration = (podSubnet: string, version: string): string => `apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: kubernetes
controllerManager: {}
dns: {}
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: ${version}
networking:
  dnsDomain: cluster.local
  podSubnet: ${podSubnet}
  serviceSubnet: ${SERVICE_CIDR}
proxy: {}
scheduler: {}
`;

/** The KubeletConfiguration that kubeadm leaves on each node, and in the ConfigMap kubelet-config. */
export const KUBELET_CONFIGURATION = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- ${DNS_SERVICE_IP}
clusterDomain: cluster.local
containerRuntimeEndpoint: ""
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`;

const proxyConfiguration = (podSubnet: string): string => `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  contentType: ""
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: ${podSubnet}
configSyncPeriod: 0s
conntrack:
  maxPerCore: null
  min: null
  tcpBeLiberal: false
  tcpCloseWaitTimeout: null
  tcpEstablishedTimeout: null
  udpStreamTimeout: 0s
  udpTimeout: 0s
detectLocalMode: ""
enableProfiling: false
healthzBindAddress: ""
hostnameOverride: ""
iptables:
  localhostNodePorts: null
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
kind: KubeProxyConfiguration
metricsBindAddress: ""
mode: ""
nodePortAddresses: null
oomScoreAdj: null
portRange: ""
`;

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

const proxyKubeconfig = (server: string): string => `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token`;

const clusterInfo = (server: string, rootCA: string): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(rootCA).toString('base64')}
    server: ${server}
  name: ""
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
`;

/** How extension API servers authenticate front proxies (kube-apiserver's --requestheader flags). */
const extensionAuthentication = (rootCA: string): Record<string, string> => ({
  'client-ca-file': rootCA,
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-client-ca-file': rootCA,
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-username-headers': '["X-Remote-User"]',
});

/** The configuration of the API server and kubeadm that is stored in the cluster (kubeadm phases uploadconfig, kubelet, addons). */
export function configMapSteps(
  { rootCA, server, now, version = VERSIONS.kubernetes }: ClusterTemplate,
  nodes: readonly NodePlan[],
): Step[] {
  const internal = internalServer(nodes);
  const podSubnet = clusterCIDR(nodes.length);
  const inSystem = (name: string, data: Record<string, string>, labels?: Record<string, string>): Step =>
    create(ConfigMap, { metadata: { name, namespace: 'kube-system', ...(labels ? { labels } : {}) }, data });
  return [
    inSystem('extension-apiserver-authentication', extensionAuthentication(rootCA)),
    inSystem('kube-apiserver-legacy-service-account-token-tracking', { since: new Date(now).toISOString().slice(0, 10) }),
    inSystem('kubeadm-config', { ClusterConfiguration: clusterConfiguration(podSubnet, version) }),
    inSystem('kubelet-config', { kubelet: KUBELET_CONFIGURATION }),
    inSystem('coredns', { Corefile: COREFILE }),
    inSystem(
      'kube-proxy',
      { 'config.conf': proxyConfiguration(podSubnet), 'kubeconfig.conf': proxyKubeconfig(internal) },
      { app: 'kube-proxy' },
    ),
    create(ConfigMap, {
      metadata: { name: 'cluster-info', namespace: 'kube-public' },
      data: { kubeconfig: clusterInfo(server ?? internal, rootCA) },
    }),
  ];
}
