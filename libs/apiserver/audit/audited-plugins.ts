import { StatusError } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '../admission/admission.js';
import type { AuditEvent } from './audit-event.js';
import { changesBetween, comparableCopy } from './object-changes.js';

type Audited = AdmissionAttributes & { audit: AuditEvent };

/** Whether what plugins do to a request is noted. */
export const isAudited = (attributes: AdmissionAttributes): attributes is Audited => attributes.audit !== undefined;

type Phase = 'admit' | 'validate';

/** Notes that a plugin refused the request. */
function noteRefusal(plugin: AdmissionPlugin, phase: Phase, attributes: Audited, { error, from }: { error: unknown; from: number }): void {
  const { audit, operation } = attributes;
  const took = audit.now() - from;
  const refused = error instanceof StatusError ? error.message : 'internal error';
  audit.plugin({ plugin: plugin.name, phase: phase === 'admit' ? 'mutating' : 'validating', refused, took });
  audit.observer?.plugin(plugin.name, { type: phase, operation, rejected: true, milliseconds: took });
  audit.refused(phase);
}

/**
 * Calls a plugin and notes its refusal. Returns the milliseconds that it took, as a promise only if it waits for something: most plugins
 * do not, and there are many.
 */
function call(plugin: AdmissionPlugin, phase: Phase, attributes: Audited, ctx: AdmissionContext): number | Promise<number> {
  const { audit, operation } = attributes;
  const from = audit.now();
  const done = () => {
    const milliseconds = audit.now() - from;
    audit.observer?.plugin(plugin.name, { type: phase, operation, rejected: false, milliseconds });
    return milliseconds;
  };
  const failed = (error: unknown): never => {
    noteRefusal(plugin, phase, attributes, { error, from });
    throw error;
  };
  let pending: Promise<void> | void;
  try {
    pending = plugin[phase]?.(attributes, ctx);
  } catch (error) {
    return failed(error);
  }
  return pending ? pending.then(done, failed) : done();
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
    const taking = call(plugin, 'admit', attributes, ctx);
    const took = typeof taking === 'number' ? taking : await taking;
    if (!compared || before === undefined) continue;
    const changes = changesBetween(before, object);
    if (changes.length === 0) continue;
    audit.plugin({ plugin: name, phase: 'mutating', changes, took });
    before = undefined;
  }
}

/** Lets the validating plugins look at the object, and notes which of them refused. */
export async function auditedValidate(plugins: readonly AdmissionPlugin[], attributes: Audited, ctx: AdmissionContext): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.isIdle?.(ctx)) continue;
    const taking = call(plugin, 'validate', attributes, ctx);
    if (typeof taking !== 'number') await taking;
  }
}
