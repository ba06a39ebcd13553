import { type admissionregistrationv1, type GroupVersionKind, groupVersionOf, parseGroupVersion } from '#api';
import { finish } from '#apimachinery';
import { AUTHORIZER, type CelEnvironment, type CelType, celEnvironment, DYN } from '#cel';
import { Composition, NAMESPACE, REQUEST } from '#component-helpers/admission-expressions';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
type Warning = admissionregistrationv1.ExpressionWarning;

/** Kinds of a rule that are checked (validating/typechecking.go maxTypesToCheck). */
const MOST_KINDS = 10;

/** Characters that are compiled for one policy: its expressions once for each kind. Upstream has no limit. */
const MOST_TEXT = 32_768;

/** What is known of the kinds that a cluster serves. */
export interface KnownKinds {
  /** The kind of a resource; undefined if it is not served. */
  kindOf(group: string, version: string, resource: string): GroupVersionKind | undefined;
  /** The type of a kind; undefined if it is not known. */
  typeOf(gvk: GroupVersionKind): CelType | undefined;
}

const text = ({ group, version, kind }: GroupVersionKind): string =>
  `${group === '' ? `/${version}` : groupVersionOf(group, version)}, Kind=${kind}`;

const isWild = (value: string): boolean => value.includes('*');

/** The kinds that a policy's rules name, in the order of their names; none for rules with wildcards (typesToCheck). Pure. */
export function kindsToCheck({ spec }: Policy, kinds: KnownKinds): GroupVersionKind[] {
  const found = new Map<string, GroupVersionKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if (apiGroups.some(isWild) || apiVersions.some(isWild)) continue;
    const plain = resources.filter((resource) => !/[*/]/.test(resource)).sort();
    let count = 0;
    for (const group of [...apiGroups].sort())
      for (const version of [...apiVersions].sort())
        for (const resource of plain) {
          const gvk = count < MOST_KINDS ? kinds.kindOf(group, version, resource) : undefined;
          if (!gvk) continue;
          found.set(text(gvk), gvk);
          count += 1;
        }
    if (count >= MOST_KINDS) break;
  }
  const order = ({ group, version, kind }: GroupVersionKind) => [group, version, kind].join('\0');
  return [...found.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The environment in which the objects are of one kind (buildEnvSet): besides the authorizer itself nothing of it is declared. */
function environmentOf(object: CelType, params: CelType | undefined): CelEnvironment {
  return celEnvironment({
    variables: {
      namespaceObject: NAMESPACE,
      request: REQUEST,
      object,
      oldObject: object,
      authorizer: AUTHORIZER,
      ...(params ? { params } : {}),
    },
  });
}

/** The type of a policy's parameters: unset if it has none, DYN if their kind is not known. */
function paramsType({ spec }: Policy, kinds: KnownKinds): CelType | undefined {
  if (!spec?.paramKind) return undefined;
  const { apiVersion = '', kind = '' } = spec.paramKind;
  return kinds.typeOf({ ...parseGroupVersion(apiVersion), kind }) ?? DYN;
}

/** An expression that is checked, and where it stands. */
interface Checked {
  fieldRef: string;
  expression: string;
}

function expressionsOf({ spec }: Policy): Checked[] {
  return (spec?.validations ?? []).flatMap(({ expression = '', messageExpression }, index) => {
    const at = `spec.validations[${index}]`;
    const main = { fieldRef: `${at}.expression`, expression };
    return messageExpression ? [main, { fieldRef: `${at}.messageExpression`, expression: messageExpression }] : [main];
  });
}

/** For how many kinds a policy is checked: for one at least. */
function mostKinds({ spec }: Policy, expressions: readonly Checked[]): number {
  const length = [...(spec?.variables ?? []), ...expressions].reduce((sum, { expression = '' }) => sum + expression.length, 0);
  return Math.max(1, Math.floor(MOST_TEXT / Math.max(1, length)));
}

/** What is wrong with the expressions of a policy for the kinds that it applies to (validating/typechecking.go Check). Pure. */
export function typeWarnings(policy: Policy, kinds: KnownKinds): Warning[] {
  const params = paramsType(policy, kinds);
  const expressions = expressionsOf(policy);
  const issues = new Map<string, string[]>();
  for (const gvk of kindsToCheck(policy, kinds).slice(0, mostKinds(policy, expressions))) {
    const object = kinds.typeOf(gvk);
    if (!object) continue;
    const environment = environmentOf(object, params);
    const composition = finish(Composition.of(policy.spec?.variables ?? [], params !== undefined, () => environment));
    for (const { fieldRef, expression } of expressions) {
      const { error } = finish(composition.compile(expression, 'variable'));
      if (error === undefined) continue;
      const found = issues.get(fieldRef) ?? [];
      issues.set(fieldRef, [...found, `${text(gvk)}: ${error.replace('compilation failed: ', '')}\n`]);
    }
  }
  return expressions.flatMap(({ fieldRef }) => {
    const found = issues.get(fieldRef);
    return found ? [{ fieldRef, warning: found.join('\n') }] : [];
  });
}
