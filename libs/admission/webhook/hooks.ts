import type { admissionregistrationv1 } from '#api';
import { type KubeObject, type LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import { listPrefix } from '#apiserver';
import { admissionEnvironment, compileExpression } from '#component-helpers/admission-expressions';
import type { Expression } from '../expressions/evaluation.js';
import { type Compiled, KeptExpressions } from '../expressions/kept-expressions.js';
import { remembered } from '../matching/remembered.js';

type MatchCondition = admissionregistrationv1.MatchCondition;

/** Either kind of webhook; only mutating ones have a reinvocationPolicy. */
export type Webhook = admissionregistrationv1.ValidatingWebhook & Pick<admissionregistrationv1.MutatingWebhook, 'reinvocationPolicy'>;

type Configuration = KubeObject & { webhooks?: Webhook[] | null };

/** A configured webhook. */
export interface Hook {
  /** Unique among the webhooks of its kind: configuration, name and a number for webhooks of one name. */
  key: string;
  configuration: string;
  webhook: Webhook;
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
  /** Its match conditions; unset if it has none. */
  conditions?: Compiled<readonly Expression[]>;
}

function conditionsOf(conditions: readonly MatchCondition[], kept: KeptExpressions): Compiled<readonly Expression[]> {
  const environment = admissionEnvironment({ params: false, authorizer: true });
  const textOf = () => conditions.map(({ expression }) => expression).join('\n');
  return kept.lazily(textOf, function* () {
    const compiled: Expression[] = [];
    for (const { expression: source = '' } of conditions)
      compiled.push({ source, compiled: yield* compileExpression(environment, source, 'condition') });
    return compiled;
  });
}

/** The webhooks of configurations, in the order in which they are called (apiserver/pkg/admission/configuration). */
function hooksOf(configurations: readonly Configuration[]): Hook[] {
  const kept = new KeptExpressions();
  const sorted = [...configurations].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return sorted.flatMap(({ metadata: { name: configuration }, webhooks }) => {
    const seen = new Map<string, number>();
    return (webhooks ?? []).map((webhook): Hook => {
      const count = seen.get(webhook.name) ?? 0;
      seen.set(webhook.name, count + 1);
      return {
        key: `${configuration}/${webhook.name}/${count}`,
        configuration,
        webhook,
        namespaceSelector: labelSelectorAsSelector(webhook.namespaceSelector ?? {}),
        objectSelector: labelSelectorAsSelector(webhook.objectSelector ?? {}),
        ...(webhook.matchConditions?.length ? { conditions: conditionsOf(webhook.matchConditions, kept) } : {}),
      };
    });
  });
}

const GROUP = 'admissionregistration.k8s.io';

const hooksIn = (resource: string) =>
  remembered([listPrefix(GROUP, resource, '')], async (reader) => hooksOf(await reader.list<Configuration>(GROUP, resource)));

/** The cluster's webhooks. */
export const mutatingHooks = hooksIn('mutatingwebhookconfigurations');
export const validatingHooks = hooksIn('validatingwebhookconfigurations');
