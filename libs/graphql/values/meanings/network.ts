import type { Meanings } from './meanings.js';

/** What the values of enums of Services, Ingresses and NetworkPolicies mean. */
export const networkMeanings: Meanings = {
  'v1.ServiceType': {
    ClusterIP: 'It has an address within the cluster.',
    ExternalName: 'It is another name for a host outside, without an address of its own.',
    LoadBalancer: 'It has a load balancer outside of the cluster, and all that NodePort has.',
    NodePort: 'It is reached on a port of every node, and has what ClusterIP has.',
  },
  'v1.ServiceAffinity': {
    ClientIP: 'Connections from one address go to one pod.',
    None: 'Each connection may go to another pod.',
  },
  'v1.ServiceExternalTrafficPolicy': {
    Cluster: 'A node hands what arrives from outside to any pod; the sender’s address may be lost.',
    Local: 'A node hands what arrives from outside only to its own pods; the sender’s address is kept.',
  },
  'v1.ServiceInternalTrafficPolicy': {
    Cluster: 'Pods reach all pods of the service.',
    Local: 'Pods reach only those on their own node.',
  },
  'v1.IPFamily': {
    IPv4: 'Addresses of 32 bits: 10.96.0.1.',
    IPv6: 'Addresses of 128 bits: fd00::1.',
  },
  'v1.IPFamilyPolicy': {
    PreferDualStack: 'Addresses of both families where the cluster has both.',
    RequireDualStack: 'Addresses of both families; refused where the cluster has one.',
    SingleStack: 'An address of one family.',
  },
  'v1.LoadBalancerIPMode': {
    Proxy: 'What arrives at a node is addressed to the node or the pod: the load balancer has put that in.',
    VIP: 'What arrives at a node is addressed to the load balancer.',
  },
  'v1.AddressType': {
    FQDN: 'Whole names of hosts.',
    IPv4: 'Addresses of 32 bits.',
    IPv6: 'Addresses of 128 bits.',
  },
  'v1.PathType': {
    Exact: 'This path alone.',
    ImplementationSpecific: 'As the controller of the class understands it.',
    Prefix: 'This path and those below it, compared element by element.',
  },
  'v1.PolicyType': {
    Egress: 'It is about what pods send.',
    Ingress: 'It is about what pods receive.',
  },
};
