import { auditedAdmit, auditedValidate, isAudited } from '../audit/audited-plugins.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission.js';

/** The plugins in order, split into mutating and validating ones. Immutable and shared by all clusters. */
export interface AdmissionChain {
  mutates(operation: AdmissionOperation): boolean;
  validates(operation: AdmissionOperation): boolean;
  /** Whether something that the cluster's users have configured may refuse such requests: webhooks, policies. */
  isConfigured(operation: AdmissionOperation, ctx: AdmissionContext): boolean;
  /**
   * Lets every mutating plugin change the object in place, twice if one of them asks for it. Throws the StatusError of the first plugin that
   * rejects it.
   */
  admit(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void>;
  validate(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void>;
}

const OPERATIONS: readonly AdmissionOperation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

type Plugins = Readonly<Record<AdmissionOperation, readonly AdmissionPlugin[]>>;

function sorted(plugins: readonly AdmissionPlugin[], phase: 'admit' | 'validate'): Plugins {
  const able = plugins.filter((plugin) => plugin[phase] !== undefined);
  const entries = OPERATIONS.map((operation) => [operation, able.filter((plugin) => plugin.operations.includes(operation))]);
  return Object.fromEntries(entries) as Plugins;
}

async function admitOnce(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  if (isAudited(attributes)) return auditedAdmit(plugins, attributes, ctx);
  for (const plugin of plugins) {
    if (plugin.isIdle?.(ctx)) continue;
    const pending = plugin.admit?.(attributes, ctx);
    if (pending) await pending;
  }
}

function buildChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = sorted(plugins, 'admit');
  const validating = sorted(plugins, 'validate');
  return {
    mutates: (operation) => mutating[operation].length > 0,
    validates: (operation) => validating[operation].length > 0,
    isConfigured: (operation, ctx) => [...mutating[operation], ...validating[operation]].some(({ isIdle }) => isIdle?.(ctx) === false),
    async admit(attributes, ctx) {
      await admitOnce(mutating[attributes.operation], attributes, ctx);
      const { reinvocation } = attributes;
      if (!reinvocation?.shouldReinvoke) return;
      reinvocation.isReinvoke = true;
      await admitOnce(mutating[attributes.operation], attributes, ctx);
    },
    async validate(attributes, ctx) {
      const plugins = validating[attributes.operation];
      if (isAudited(attributes)) return auditedValidate(plugins, attributes, ctx);
      for (const plugin of plugins) {
        if (plugin.isIdle?.(ctx)) continue;
        const pending = plugin.validate?.(attributes, ctx);
        if (pending) await pending;
      }
    },
  };
}

const chains = new WeakMap<readonly AdmissionPlugin[], AdmissionChain>();

/** The chain of a list of plugins; built once per list. */
export function admissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  let chain = chains.get(plugins);
  if (chain === undefined) {
    chain = buildChain(plugins);
    chains.set(plugins, chain);
  }
  return chain;
}
