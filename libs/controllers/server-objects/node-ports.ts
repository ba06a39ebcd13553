import { Service } from '#api';
import { NODE_PORT_RANGE } from '#network';
import { planNodePorts } from './node-port-plan.js';
import { serverDuty } from './server-duty.js';

/**
 * Reports Services whose node ports others have, too, or which are out of range (registry/core/service/portallocator/controller). Ports
 * without a reservation get one in the API server itself, with the next write of a Service that needs one (libs/registry).
 */
export const nodePortRepair = serverDuty({
  name: 'portallocator-repair',
  eventSource: 'portallocator-repair-controller',
  eventStyle: 'series',
  reads: [Service],
  async run({ informers, recorder }, { nodePorts = NODE_PORT_RANGE }) {
    for (const { service: about, reason, message } of planNodePorts(informers.of(Service).list(), nodePorts))
      recorder.record({ about, type: 'Warning', reason, message, action: 'PortAllocation' });
    return undefined;
  },
});
