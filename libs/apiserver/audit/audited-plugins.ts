import { StatusError } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '../admission/admission.js';
import type { AuditEvent } from './audit-event.js';
import { changesBetween, comparableCopy } from './object-changes.js';

type Audited = AdmissionAttributes & { audit: AuditEvent };

/** Whether what plugins do to a request is noted. */
export const isAudited = (attributes: AdmissionAttributes): attributes is Audited => attributes.audit !== undefined;

/** Calls a plugin, notes its refusal, and returns the milliseconds that it took. */
async function call(plugin: AdmissionPlugin, phase: 'admit' | 'validate', attributes: Audited, ctx: AdmissionContext): Promise<number> {
  const { audit, operation } = attributes;
  const from = audit.now();
  try {
    const pending = plugin[phase]?.(attributes, ctx);
    if (pending) await pending;
  } catch (error) {
    const took = audit.now() - from;
    const refused = error instanceof StatusError ? error.message : 'internal error';
    audit.plugin({ plugin: plugin.name, phase: phase === 'admit' ? 'mutating' : 'validating', refused, took });
    audit.observer?.plugin(plugin.name, { type: phase, operation, rejected: true }, took);
    throw error;
  }
  const took = audit.now() - from;
  audit.observer?.plugin(plugin.name, { type: phase, operation, rejected: false }, took);
  return took;
}

/** Lets the mutating plugins change the object, and notes what each of them changed or why it refused. */
export async function auditedAdmit(plugins: readonly AdmissionPlugin[], attributes: Audited, ctx: AdmissionContext): Promise<void> {
  const { group, resource, object, audit } = attributes;
  const named = group === '' ? resource : `${resource}.${group}`;
  const compares = object !== undefined && audit.level === 'Request';
  let before: object | undefined;
  for (const plugin of plugins) {
    if (plugin.isIdle?.(ctx)) continue;
    const { name, resources, mutates } = plugin;
    const compared = compares && mutates !== false && (resources === undefined || resources.includes(named));
    if (compared) before ??= comparableCopy(object);
    const took = await call(plugin, 'admit', attributes, ctx);
    if (!compared || before === undefined) continue;
    const changes = changesBetween(before, object);
    if (changes.length === 0) continue;
    audit.plugin({ plugin: name, phase: 'mutating', changes, took });
    before = undefined;
  }
}

/** Lets the validating plugins look at the object, and notes which of them refused. */
export async function auditedValidate(plugins: readonly AdmissionPlugin[], attributes: Audited, ctx: AdmissionContext): Promise<void> {
  for (const plugin of plugins) if (!plugin.isIdle?.(ctx)) await call(plugin, 'validate', attributes, ctx);
}
