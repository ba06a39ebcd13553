import { FlowSchema, type flowcontrolv1, PriorityLevelConfiguration } from '#api';
import { formatTime, goQuote } from '#apimachinery';
import { type Controller, defineController, watching } from '#controller-runtime';

/** apiserver/pkg/apis/flowcontrol ConfigConsumerAsFieldManager. */
const MANAGER = 'api-priority-and-fairness-config-consumer-v1';

type Condition = flowcontrolv1.FlowSchemaCondition;

const levelOf = ({ spec }: flowcontrolv1.FlowSchema): string => spec?.priorityLevelConfiguration.name ?? '';

/** Whether the priority level of a FlowSchema is missing (apiserver/pkg/util/flowcontrol presyncFlowSchemaStatus). Pure. */
export function danglingState(level: string, exists: boolean): Pick<Condition, 'type' | 'status' | 'reason' | 'message'> {
  const referenced = `This FlowSchema references the PriorityLevelConfiguration object named ${goQuote(level)}`;
  return exists
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${referenced} and it exists` }
    : { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${referenced} but there is no such object` };
}

/** Says in the status of each FlowSchema whether its priority level exists. In upstream flow control's configuration controller does it. */
export const flowSchemaStatus: Controller = defineController({
  name: 'flow-schema-status',
  for: FlowSchema,
  filter: ({ deleted }) => !deleted,
  watches: [
    watching(PriorityLevelConfiguration, ({ object: { metadata } }, informers) => {
      const referencing = informers
        .of(FlowSchema)
        .list()
        .filter((schema) => levelOf(schema) === metadata.name);
      return referencing.map(({ metadata: { name } }) => ({ name }));
    }),
  ],
  async reconcile(schema, { client, informers, clock }) {
    const level = levelOf(schema);
    const state = danglingState(level, informers.of(PriorityLevelConfiguration).get(level) !== undefined);
    const present = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
    if (present && present.status === state.status && present.reason === state.reason && present.message === state.message) return;
    const { apiVersion, kind, metadata } = schema;
    const condition = { ...state, lastTransitionTime: formatTime(clock.now()) };
    const applied = { apiVersion, kind, metadata: { name: metadata.name }, status: { conditions: [condition] } };
    await client.patch(FlowSchema, metadata.name, undefined, 'apply', applied, {
      subresource: 'status',
      fieldManager: MANAGER,
      force: true,
    });
  },
});
