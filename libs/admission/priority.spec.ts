import { cluster, pod, post, postPod, specOf } from './test-cluster.js';

describe('Priority', () => {
  const priorityClass = (name: string, more: Record<string, unknown>) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    ...more,
  });
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
  const partOf = (body: unknown) => {
    const { priority, priorityClassName, preemptionPolicy } = specOf(body);
    return { priority, priorityClassName, preemptionPolicy };
  };

  it('is zero if there are no classes', async () => {
    const { body } = await postPod(await cluster(), pod('a'));
    expect(partOf(body)).toEqual({ priority: 0, priorityClassName: undefined, preemptionPolicy: 'PreemptLowerPriority' });
  });

  it("is the class's, or that of the default class", async () => {
    const made = await cluster();
    await post(made, classes, priorityClass('high', { value: 100, preemptionPolicy: 'Never' }));
    await post(made, classes, priorityClass('usual', { value: 7, globalDefault: true }));
    const named = await postPod(made, pod('a', { priorityClassName: 'high' }));
    const unnamed = await postPod(made, pod('b'));
    expect([partOf(named.body), partOf(unnamed.body)]).toEqual([
      { priority: 100, priorityClassName: 'high', preemptionPolicy: 'Never' },
      { priority: 7, priorityClassName: 'usual', preemptionPolicy: 'PreemptLowerPriority' },
    ]);
    expect(await post(made, classes, priorityClass('other', { value: 8, globalDefault: true }))).toMatchObject({
      status: 403,
      message:
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    });
  });

  it.each([
    [{ priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
    [
      { priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
    [
      { preemptionPolicy: 'Never' },
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
  ])('rejects %j', async (spec, reason) => {
    expect(await postPod(await cluster(), pod('a', spec))).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });
});
