import { type Plugin, unschedulable } from '../framework.js';
import { type HostPort, hostPortsOf } from '../node-info.js';

const TAKEN = "node(s) didn't have free ports for the requested pod ports";
const anyAddress = '0.0.0.0';

const clash = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress);

/** The host ports a pod wants must be free. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: (pod) => (hostPortsOf(pod).length === 0 ? { skip: true } : undefined),
  filter(pod, node) {
    const wanted = hostPortsOf(pod);
    const taken = [...node.ports.values()].flat();
    return wanted.some((port) => taken.some((other) => clash(port, other))) ? unschedulable(TAKEN) : undefined;
  },
};
