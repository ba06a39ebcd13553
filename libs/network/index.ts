export { type Bands, bandOffset, pick } from './bands.js';
export { type AddressRange, addressToNumber, contains, numberToAddress, parseRange } from './cidr.js';
export { isInPortRange, NODE_PORT_RANGE, nodePortError, PORT_ALLOCATED, type PortRange, pickNodePort } from './node-ports.js';
export { clusterCIDR, nodePodCIDR, PodAddresses } from './pod-addresses.js';
export {
  DNS_SERVICE_IP,
  firstServiceIP,
  IP_ALLOCATED,
  KUBERNETES_SERVICE_IP,
  pickServiceIP,
  RANGE_FULL,
  SERVICE_CIDR,
  serviceIPError,
} from './service-addresses.js';
