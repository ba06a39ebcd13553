import { type Plugin, unschedulable } from '../framework.js';
import { hostPortsOf } from '../host-ports.js';

const TAKEN = "node(s) didn't have free ports for the requested pod ports";

/** The pod's host ports must be free. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: (pod) => (hostPortsOf(pod).length === 0 ? { skip: true } : undefined),
  filter: (pod, { ports }) => (hostPortsOf(pod).some((port) => ports.conflicts(port)) ? unschedulable(TAKEN) : undefined),
};
