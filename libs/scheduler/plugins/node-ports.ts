import { type Plugin, unschedulable } from '../framework.js';
import { HostPorts, hostPortsOf } from '../host-ports.js';
import { nodeAdded, onNodes, onPods, podLeaves } from '../plugin-hints.js';

const TAKEN = "node(s) didn't have free ports for the requested pod ports";

/** The pod's host ports must be free. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  hints: [
    onPods([podLeaves], (pod, { object }) => {
      const freed = new HostPorts();
      for (const port of hostPortsOf(object)) freed.count(port, 1);
      return hostPortsOf(pod).some((port) => freed.conflicts(port));
    }),
    onNodes([nodeAdded]),
  ],
  preFilter: (pod) => (hostPortsOf(pod).length === 0 ? { skip: true } : undefined),
  filter: (pod, { ports }) => (hostPortsOf(pod).some((port) => ports.conflicts(port)) ? unschedulable(TAKEN) : undefined),
};
