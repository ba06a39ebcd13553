import { StatusError } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '../admission/admission.js';
import type { AuditEvent } from './audit-event.js';
import { changesBetween, comparableCopy } from './object-changes.js';

type Audited = AdmissionAttributes & { audit: AuditEvent };

/** Whether what plugins do to a request is noted. */
export const isAudited = (attributes: AdmissionAttributes): attributes is Audited => attributes.audit !== undefined;

type Phase = 'admit' | 'validate';

/** A refusal by a plugin that was called at `from`. */
interface Refusal {
  plugin: AdmissionPlugin;
  error: unknown;
  from: number;
}

function noteRefusal(phase: Phase, { audit, operation }: Audited, { plugin, error, from }: Refusal): void {
  const took = audit.now() - from;
  const refused = error instanceof StatusError ? error.message : 'internal error';
  audit.plugin({ plugin: plugin.name, phase: phase === 'admit' ? 'mutating' : 'validating', refused, took });
  audit.observer?.plugin(plugin.name, { type: phase, operation, rejected: true, milliseconds: took });
  audit.refused(phase);
}

/** Lets the mutating plugins change the object, and notes what each of them changed or why it refused. Most do not wait. */
export async function auditedAdmit(plugins: readonly AdmissionPlugin[], attributes: Audited, ctx: AdmissionContext): Promise<void> {
  const { group, resource, object, audit, operation } = attributes;
  const named = group === '' ? resource : `${resource}.${group}`;
  const compares = object !== undefined && audit.level === 'Request';
  const measures = audit.observer?.passed(plugins, 'admit', operation);
  let before: object | undefined;
  let from = audit.now();
  for (const [index, plugin] of plugins.entries()) {
    if (plugin.isIdle?.(ctx)) continue;
    const { name, resources, mutates } = plugin;
    const compared = compares && mutates !== false && (resources === undefined || resources.includes(named));
    if (compared) before ??= comparableCopy(object);
    try {
      const pending = plugin.admit?.(attributes, ctx);
      if (pending) await pending;
    } catch (error) {
      noteRefusal('admit', attributes, { plugin, error, from });
      throw error;
    }
    const took = audit.now() - from;
    from += took;
    measures?.[index]?.observe(took / 1000);
    if (!compared || before === undefined) continue;
    const changes = changesBetween(before, object);
    if (changes.length === 0) continue;
    audit.plugin({ plugin: name, phase: 'mutating', changes, took });
    before = undefined;
  }
}

/** Lets the validating plugins look at the object, and notes which of them refused. */
export async function auditedValidate(plugins: readonly AdmissionPlugin[], attributes: Audited, ctx: AdmissionContext): Promise<void> {
  const { audit, operation } = attributes;
  const measures = audit.observer?.passed(plugins, 'validate', operation);
  let from = audit.now();
  for (const [index, plugin] of plugins.entries()) {
    if (plugin.isIdle?.(ctx)) continue;
    try {
      const pending = plugin.validate?.(attributes, ctx);
      if (pending) await pending;
    } catch (error) {
      noteRefusal('validate', attributes, { plugin, error, from });
      throw error;
    }
    const took = audit.now() - from;
    from += took;
    measures?.[index]?.observe(took / 1000);
  }
}
