import type { flowcontrolv1 } from '#api';
import {
  append,
  type FieldError,
  fieldForbidden,
  getOwn,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  notSupported,
  required,
} from '#apimachinery';
import { eachInvalid } from '../rules/text.js';

const MAX_PRECEDENCE = 10_000;
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const SUBJECTS = ['Group', 'ServiceAccount', 'User'];
const FIELD_OF_KIND: Readonly<Record<string, 'user' | 'group' | 'serviceAccount'>> = {
  User: 'user',
  Group: 'group',
  ServiceAccount: 'serviceAccount',
};

function subjectFieldErrors(path: string, subject: flowcontrolv1.Subject): FieldError[] {
  const field = getOwn(FIELD_OF_KIND, subject.kind) ?? 'user';
  const at = `${path}.${field}`;
  const named = subject[field];
  if (!named) return [required(at, `${field} is required when subject kind is '${subject.kind}'`)];
  if (field !== 'serviceAccount') return named.name ? [] : [required(`${at}.name`)];
  const { name = '', namespace = '' } = subject.serviceAccount ?? {};
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${at}.name`));
  else if (name !== '*') append(errors, eachInvalid(`${at}.name`, name, isDNS1123Subdomain(name)));
  if (namespace === '') errors.push(required(`${at}.namespace`, 'must specify namespace for service account'));
  else append(errors, eachInvalid(`${at}.namespace`, namespace, isDNS1123Label(namespace)));
  return errors;
}

function subjectErrors(path: string, subject: flowcontrolv1.Subject): FieldError[] {
  const kind = subject.kind ?? '';
  if (!SUBJECTS.includes(kind)) return [notSupported(`${path}.kind`, kind, SUBJECTS)];
  const errors = subjectFieldErrors(path, subject);
  for (const other of ['ServiceAccount', 'User', 'Group']) {
    const field = getOwn(FIELD_OF_KIND, other);
    if (other !== kind && field && subject[field])
      errors.push(fieldForbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`));
  }
  return errors;
}

function verbErrors(path: string, verbs: readonly string[] = []): FieldError[] {
  if (verbs.length === 0) return [required(path, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return verbs.length > 1 ? [invalidValue(path, verbs, "if '*' is present, must not specify other verbs")] : [];
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS)];
}

/** A list that must not be empty; '*' must be its only element. */
function wildcardList(path: string, list: readonly string[] = [], empty: string, others: string): FieldError[] {
  if (list.length === 0) return [required(path, empty)];
  return list.length > 1 && list.includes('*') ? [invalidValue(path, list, `if '*' is present, must not specify other ${others}`)] : [];
}

function nonResourceURL(path: string, url: string): FieldError[] {
  if (url === '') return [invalidValue(path, url, 'must not be empty')];
  if (url === '/') return [];
  if (!url.startsWith('/')) return [invalidValue(path, url, 'must start with slash')];
  if (url.includes(' ')) return [invalidValue(path, url, 'must not contain white-space')];
  if (url.includes('//')) return [invalidValue(path, url, 'must not contain double slash')];
  const star = url.indexOf('*');
  if (star >= 0 && (star !== url.length - 1 || url.at(-2) !== '/'))
    return [invalidValue(path, url, 'wildcard can only do suffix matching')];
  return [];
}

function resourceRuleErrors(path: string, rule: flowcontrolv1.ResourcePolicyRule): FieldError[] {
  const namespaces = rule.namespaces ?? [];
  const errors = [
    ...verbErrors(`${path}.verbs`, rule.verbs),
    ...wildcardList(`${path}.apiGroups`, rule.apiGroups, 'resource rules must supply at least one api group', 'api groups'),
    ...wildcardList(`${path}.resources`, rule.resources, 'resource rules must supply at least one resource', 'resources'),
  ];
  const at = `${path}.namespaces`;
  if (namespaces.length === 0) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    return rule.clusterScope ? errors : [...errors, required(at, detail)];
  }
  if (namespaces.includes('*')) return [...errors, ...wildcardList(at, namespaces, '', 'namespaces')];
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  namespaces.forEach((namespace, index) => {
    append(
      errors,
      eachInvalid(
        `${at}[${index}]`,
        namespace,
        isDNS1123Label(namespace).map((message) => intro + message),
      ),
    );
  });
  return errors;
}

function nonResourceRuleErrors(path: string, { verbs, nonResourceURLs: urls = [] }: flowcontrolv1.NonResourcePolicyRule): FieldError[] {
  const at = `${path}.nonResourceURLs`;
  const errors = verbErrors(`${path}.verbs`, verbs);
  append(errors, wildcardList(at, urls, 'nonResourceURLs must contain at least one value', 'non-resource URLs'));
  if (urls.includes('*')) return errors;
  return [...errors, ...urls.flatMap((url, index) => nonResourceURL(`${at}[${index}]`, url))];
}

function ruleErrors(path: string, rule: flowcontrolv1.PolicyRulesWithSubjects): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors = subjects.flatMap((subject, index) => subjectErrors(`${path}.subjects[${index}]`, subject));
  if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  if (resourceRules.length === 0 && nonResourceRules.length === 0)
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  resourceRules.forEach((each, index) => {
    append(errors, resourceRuleErrors(`${path}.resourceRules[${index}]`, each));
  });
  nonResourceRules.forEach((each, index) => {
    append(errors, nonResourceRuleErrors(`${path}.nonResourceRules[${index}]`, each));
  });
  return errors;
}

/** flowcontrol/validation ValidateFlowSchemaSpec. */
export function flowSchemaSpecErrors(name: string, spec: Partial<flowcontrolv1.FlowSchemaSpec>): FieldError[] {
  const precedence = spec.matchingPrecedence ?? 0;
  const errors: FieldError[] = [];
  const wrong = (detail: string) => errors.push(invalidValue('spec.matchingPrecedence', precedence, detail));
  if (precedence <= 0) wrong('must be a positive value');
  if (precedence > MAX_PRECEDENCE) wrong(`must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && name !== 'exempt') wrong("only the schema named 'exempt' may have matchingPrecedence 1");
  const method = spec.distinguisherMethod;
  if (method && !['ByNamespace', 'ByUser'].includes(method.type))
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: method.type }, ['ByNamespace', 'ByUser']));
  const level = spec.priorityLevelConfiguration?.name;
  const at = 'spec.priorityLevelConfiguration.name';
  if (level) append(errors, eachInvalid(at, level, isDNS1123Subdomain(level)));
  else errors.push(required(at, 'must reference a priority level'));
  return [...errors, ...(spec.rules ?? []).flatMap((rule, index) => ruleErrors(`spec.rules[${index}]`, rule))];
}
