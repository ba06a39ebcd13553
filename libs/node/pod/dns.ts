import type { corev1 } from '#api';
import { DNS_SERVICE_IP } from '#network';

/** What is in a pod's /etc/resolv.conf (kubelet/network/dns GetPodDNS). */
export interface PodDNS {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
  /** Messages of DNSConfigForming events: what was left out. */
  readonly warnings: readonly string[];
}

/** The name server of the nodes themselves. */
const HOST_SERVER = '192.0.2.53';
const CLUSTER_DOMAIN = 'cluster.local';
/** What resolvers take (MaxDNSNameservers, MaxDNSSearchPaths, MaxDNSSearchListChars, DNS1123SubdomainMaxLength). */
const MOST_SERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_LINE = 2048;
const LONGEST_SEARCH = 253;

type Policy = 'cluster' | 'host' | 'none';

function policyOf({ dnsPolicy = 'ClusterFirst', hostNetwork }: corev1.PodSpec): Policy {
  if (dnsPolicy === 'None') return 'none';
  if (dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)) return 'cluster';
  return 'host';
}

/** As many search paths as fit. */
function fitting(searches: readonly string[]): readonly string[] {
  const kept = searches.slice(0, MOST_SEARCHES).filter((search) => search.length <= LONGEST_SEARCH);
  let length = kept.join(' ').length;
  while (length > LONGEST_LINE) length -= (kept.pop() ?? '').length + 1;
  return kept;
}

/** The name servers, search paths and options of a pod by its policy. Pure. */
export function podDNS({ metadata, spec }: corev1.Pod): PodDNS {
  const { nameservers = [], searches = [], options: own = [] } = spec?.dnsConfig ?? {};
  const policy = policyOf(spec ?? { containers: [] });
  const isCluster = policy === 'cluster';
  const domains = isCluster ? [`${metadata.namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN] : [];
  const given = isCluster ? [DNS_SERVICE_IP] : policy === 'host' ? [HOST_SERVER] : [];
  const all = { servers: [...new Set([...given, ...nameservers])], searches: [...new Set([...domains, ...searches])] };
  const options = new Map(isCluster ? [['ndots', '5']] : []);
  for (const { name = '', value = '' } of own) options.set(name, value);
  const servers = all.servers.slice(0, MOST_SERVERS);
  const kept = fitting(all.searches);
  const warnings = [
    ...(servers.length < all.servers.length
      ? [`Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.join(' ')}`]
      : []),
    ...(kept.length < all.searches.length
      ? [`Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${kept.join(' ')}`]
      : []),
  ];
  return { servers, searches: kept, options: [...options].map(([name, value]) => (value === '' ? name : `${name}:${value}`)), warnings };
}
