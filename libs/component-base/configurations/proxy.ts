import { type ConfigurationDocument, withDefaults, withoutEmpty } from './document.js';
import { LOGGING } from './logging.js';

const NONE = undefined;

/** k8s.io/kube-proxy/config/v1alpha1 in the order of its fields, with the defaults of pkg/proxy/apis/config/v1alpha1. */
const DEFAULTS: ConfigurationDocument = {
  kind: 'KubeProxyConfiguration',
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  featureGates: NONE,
  clientConnection: { kubeconfig: '', acceptContentTypes: '', contentType: 'application/vnd.kubernetes.protobuf', qps: 5, burst: 10 },
  logging: LOGGING,
  ...{ hostnameOverride: '', bindAddress: '0.0.0.0', healthzBindAddress: '0.0.0.0:10256', metricsBindAddress: '127.0.0.1:10249' },
  ...{ bindAddressHardFail: false, enableProfiling: false, showHiddenMetricsForVersion: '', mode: 'iptables' },
  iptables: { masqueradeBit: 14, masqueradeAll: false, localhostNodePorts: true, syncPeriod: '30s', minSyncPeriod: '1s' },
  ipvs: {
    ...{ syncPeriod: '30s', minSyncPeriod: '0s', scheduler: '', excludeCIDRs: null, strictARP: false },
    ...{ tcpTimeout: '0s', tcpFinTimeout: '0s', udpTimeout: '0s' },
  },
  nftables: { masqueradeBit: 14, masqueradeAll: false, syncPeriod: '30s', minSyncPeriod: '1s' },
  winkernel: { networkName: '', sourceVip: '', enableDSR: false, rootHnsEndpointName: '', forwardHealthCheckVip: false },
  detectLocalMode: 'ClusterCIDR',
  detectLocal: { bridgeInterface: '', interfaceNamePrefix: '' },
  ...{ clusterCIDR: '', nodePortAddresses: null, oomScoreAdj: -999 },
  conntrack: {
    ...{ maxPerCore: 32_768, min: 131_072, tcpEstablishedTimeout: '24h0m0s', tcpCloseWaitTimeout: '1h0m0s', tcpBeLiberal: false },
    ...{ udpTimeout: '0s', udpStreamTimeout: '0s' },
  },
  ...{ configSyncPeriod: '15m0s', portRange: '' },
};

/** Numbers that may be 0: pointers upstream. */
const ZEROS: ReadonlySet<string> = new Set(['masqueradeBit', 'oomScoreAdj', 'maxPerCore', 'min', 'verbosity']);

const MODES = ['iptables', 'ipvs', 'nftables'];
const NEVER = { syncPeriod: '0s', minSyncPeriod: '0s' };

/** What kube-proxy with this KubeProxyConfiguration serves at /configz. */
export function proxyConfigurations(given: unknown): ConfigurationDocument {
  const merged = withDefaults(DEFAULTS, given, ZEROS);
  // Of the modes that are not chosen nothing is kept of how often they sync.
  const others = MODES.filter((mode) => mode !== merged.mode).map((mode) => [mode, { ...(merged[mode] as object), ...NEVER }]);
  return { 'kubeproxy.config.k8s.io': withoutEmpty({ ...merged, ...Object.fromEntries(others) }) };
}
