import { FlowSchema, PriorityLevelConfiguration } from '#api';
import { createLocalCluster } from './local.js';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
const missing = 'This FlowSchema references the PriorityLevelConfiguration object named "low" but there is no such object';
const found = 'This FlowSchema references the PriorityLevelConfiguration object named "low" and it exists';

it('flow-schema-status: the status of a FlowSchema follows its priority level', async () => {
  const cluster = await createLocalCluster();
  const { client } = cluster;
  const state = async () => {
    await cluster.settle();
    const { metadata, status } = await client.get(FlowSchema, 'mine');
    return [status, metadata.managedFields?.map(({ manager, operation, subresource }) => [manager, operation, subresource]).at(-1)];
  };
  const dangling = (status: string, reason: string, message: string) => [
    { conditions: [{ type: 'Dangling', status, reason, message, lastTransitionTime: expect.any(String) }] },
    ['api-priority-and-fairness-config-consumer-v1', 'Apply', 'status'],
  ];
  await client.create(FlowSchema, {
    ...{ apiVersion, kind: 'FlowSchema', metadata: { name: 'mine' } },
    spec: { priorityLevelConfiguration: { name: 'low' } },
  });
  expect(await state()).toEqual(dangling('True', 'NotFound', missing));
  await client.create(PriorityLevelConfiguration, {
    ...{ apiVersion, kind: 'PriorityLevelConfiguration', metadata: { name: 'low' } },
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  });
  expect(await state()).toEqual(dangling('False', 'Found', found));
  await client.delete(PriorityLevelConfiguration, 'low');
  expect(await state()).toEqual(dangling('True', 'NotFound', missing));
  cluster.close();
});
