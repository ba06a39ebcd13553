import { z } from 'zod';

export const instanceSchema = z.object({
  name: z.string(),
  providerID: z.string(),
  type: z.string(),
  zone: z.string(),
  region: z.string(),
  addresses: z.array(z.object({ type: z.string(), address: z.string() })),
  running: z.boolean(),
});

export const instancePowerSchema = z.strictObject({ running: z.boolean() });

export const filePathSchema = z.strictObject({ path: z.string().min(1).max(255).describe('Below /etc/kubernetes') });

export const fileSchema = z.strictObject({ content: z.string().max(262_144) });

const componentState = z.object({
  running: z.boolean(),
  failure: z.string().optional().describe('Why it does not come up: what it says before it ends'),
  withoutEffect: z.array(z.string()).describe('Flags in its manifest, other than those of kubeadm, that change nothing here'),
});

export const nodeFileSchema = z
  .object({
    path: z.string(),
    content: z.string(),
    etcd: componentState.optional(),
    apiServer: componentState.optional(),
    controllerManager: componentState.optional(),
    scheduler: componentState.optional(),
    cloudControllerManager: componentState.optional(),
  })
  .describe(
    'A file that a component of a node reads; on a node of the control plane, also whether the components that read it there are up',
  );
