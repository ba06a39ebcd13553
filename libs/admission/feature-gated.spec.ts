import { jobValidation, podGroupProtection, podGroupWorkloadExists } from './feature-gated.js';
import { cluster, pod, postPod } from './test-cluster.js';

describe.each([
  ['PodGroupProtection', podGroupProtection],
  ['PodGroupWorkloadExists', podGroupWorkloadExists],
  ['JobValidation', jobValidation],
])('%s', (name, plugin) => {
  it('can be named by the flags and refuses nothing, as upstream without its feature gate', async () => {
    expect([plugin.name, plugin.operations]).toEqual([name, []]);
    const made = await cluster([], { enable: [name] });
    expect(await postPod(made, pod('a'))).toMatchObject({ status: 201 });
  });
});
