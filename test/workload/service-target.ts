import { ClusterApi, type Json } from '../cluster-api.js';
import type { MadeCluster, Service } from '../service.js';
import type { Target } from './step.js';

/** Steps to a cluster of a service; its requests alternate between the given apis, all else goes to the first. */
export class ServiceTarget implements Target {
  private readonly clients: readonly ClusterApi[];
  private asked = 0;

  constructor(
    private readonly apis: readonly [Service, ...Service[]],
    private readonly cluster: Pick<MadeCluster, 'id' | 'token'>,
  ) {
    this.clients = apis.map((api) => new ClusterApi(api, cluster));
  }

  async request(method: string, path: string, body: Json, type: string): Promise<number> {
    const client = this.clients[this.asked++ % this.clients.length] as ClusterApi;
    return (await client.call(method, path, body, { type })).status;
  }

  async advance(by: string): Promise<void> {
    await this.platform('POST', 'clock/advance', { by });
  }

  async inject(fault: object): Promise<void> {
    await this.platform('POST', 'faults', fault);
  }

  async healOldest(): Promise<void> {
    const { items } = await this.platform('GET', 'faults');
    await this.platform('DELETE', `faults/${items[0].id}`);
  }

  async power(machine: string, running: boolean): Promise<void> {
    await this.platform('PATCH', `cloud/instances/${machine}`, { running });
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  private async platform(method: string, path: string, body?: Json): Promise<Json> {
    const [{ request, adminToken: token }] = this.apis;
    const answer = await request(`/platform/v1/clusters/${this.cluster.id}/${path}`, {
      ...{ method, token },
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  }
}
