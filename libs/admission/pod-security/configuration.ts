import {
  aggregateFieldErrors,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldPath,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
} from '#apimachinery';
import type { ConfigurationType } from '#apiserver';
import { isLevel, isVersion, type LevelVersion, MODES, type Policy } from './policy.js';

/** What holds where a namespace says nothing, and who is not asked (PodSecurityConfiguration). */
export interface Configuration {
  readonly defaults: Policy;
  readonly exemptions: {
    readonly usernames: ReadonlySet<string>;
    readonly namespaces: ReadonlySet<string>;
    readonly runtimeClasses: ReadonlySet<string>;
  };
}

const PRIVILEGED: LevelVersion = { level: 'privileged', version: 'latest' };
const NOBODY: ReadonlySet<string> = new Set();

/** The type of a configuration (pod-security-admission/admission/api). */
export const CONFIGURATION: ConfigurationType = {
  kinds: ['v1', 'v1beta1', 'v1alpha1'].map((version) => [`pod-security.admission.config.k8s.io/${version}`, 'PodSecurityConfiguration']),
  fields: {
    defaults: Object.fromEntries(MODES.flatMap((mode) => [mode, `${mode}-version`]).map((name) => [name, 'value' as const])),
    exemptions: { usernames: 'value', namespaces: 'value', runtimeClasses: 'value' },
  },
};

/** Without a configuration nothing is held back and nobody is exempt. */
export const UNCONFIGURED: Configuration = {
  defaults: { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED },
  exemptions: { usernames: NOBODY, namespaces: NOBODY, runtimeClasses: NOBODY },
};

type Values = Record<string, unknown>;
const valuesOf = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {});

function levelVersion(defaults: Values, mode: string, errors: FieldError[]): LevelVersion {
  const level = String(defaults[mode] || 'privileged');
  const version = String(defaults[`${mode}-version`] || 'latest');
  const path = fieldPath('defaults');
  if (!isLevel(level)) errors.push(invalidValue(path.child(mode), level, 'must be one of privileged, baseline, restricted'));
  if (!isVersion(version)) errors.push(invalidValue(path.child(`${mode}-version`), version, 'must be "latest" or "v1.x"'));
  return { level: isLevel(level) ? level : 'privileged', version };
}

function names(value: unknown, path: FieldPath, check: { trouble(name: string): string[]; errors: FieldError[] }): ReadonlySet<string> {
  const valid = new Set<string>();
  for (const [index, each] of (Array.isArray(value) ? value : []).entries()) {
    const name = String(each);
    const trouble = check.trouble(name);
    if (trouble.length > 0) check.errors.push(invalidValue(path.index(index), name, trouble.join(', ')));
    else if (valid.has(name)) check.errors.push(duplicate(path.index(index), name));
    else valid.add(name);
  }
  return valid;
}

/** A configuration file's content. Throws an Error with upstream's message (pod-security-admission/admission/api/validation). */
export function configurationOf(given: unknown): Configuration {
  const { defaults, exemptions } = valuesOf(given);
  const errors: FieldError[] = [];
  const mode = (name: string) => levelVersion(valuesOf(defaults), name, errors);
  const [enforce, warn, audit] = [mode('enforce'), mode('warn'), mode('audit')];
  const path = fieldPath('exemptions');
  const exempt = valuesOf(exemptions);
  const namespaces = names(exempt.namespaces, path.child('namespaces'), { trouble: isDNS1123Label, errors });
  const runtimeClasses = names(exempt.runtimeClasses, path.child('runtimeClasses'), { trouble: isDNS1123Subdomain, errors });
  const notEmpty = (name: string) => (name === '' ? ['username must not be empty'] : []);
  const usernames = names(exempt.usernames, path.child('usernames'), { trouble: notEmpty, errors });
  if (errors.length > 0) throw new Error(aggregateFieldErrors(errors));
  return { defaults: { enforce, audit, warn }, exemptions: { usernames, namespaces, runtimeClasses } };
}
