import { Service } from '#api';
import { ignoreAlreadyExists } from '#apimachinery';
import { kubernetesService } from '#component-helpers';
import { firstServiceIP, SERVICE_CIDR } from '#network';
import { serverDuty } from './server-duty.js';

const PORT = 6443;
const NAME = 'kubernetes';
const NAMESPACE = 'default';

/**
 * Makes the Service `kubernetes` when there is none, at the first address of the range; what somebody changes of it stays
 * (controlplane/controller/kubernetesservice, CreateOrUpdateMasterServiceIfNeeded).
 */
export const kubernetesServiceKeeper = serverDuty({
  name: 'kubernetes-service',
  keeps: [{ resource: Service, name: NAME, namespace: NAMESPACE }],
  async run({ client, informers }, { serviceRanges }) {
    if (informers.of(Service).get(NAME, NAMESPACE)) return undefined;
    const [primary = SERVICE_CIDR] = serviceRanges.filter((cidr) => !cidr.includes(':'));
    await client.create(Service, kubernetesService(firstServiceIP(primary), PORT)).catch(ignoreAlreadyExists);
    return undefined;
  },
});
