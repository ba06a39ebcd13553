import type { autoscalingv2 } from '#api';

/** Upstream marshals its internal struct into the annotation, hence Go's field names and nulls. */
interface InternalRules {
  StabilizationWindowSeconds: number | null;
  SelectPolicy: string | null;
  Policies: Array<{ Type: string; Value: number; PeriodSeconds: number }> | null;
  Tolerance: string | null;
}

const rulesOut = (rules: autoscalingv2.HPAScalingRules | undefined): InternalRules | null =>
  rules
    ? {
        StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
        SelectPolicy: rules.selectPolicy ?? null,
        Policies:
          rules.policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ?? null,
        Tolerance: rules.tolerance ?? null,
      }
    : null;

function rulesIn(rules: Partial<InternalRules> | null | undefined): autoscalingv2.HPAScalingRules | undefined {
  if (!rules) return undefined;
  const { StabilizationWindowSeconds, SelectPolicy, Policies, Tolerance } = rules;
  return {
    ...(typeof StabilizationWindowSeconds === 'number' ? { stabilizationWindowSeconds: StabilizationWindowSeconds } : {}),
    ...(SelectPolicy ? { selectPolicy: SelectPolicy } : {}),
    ...(Policies
      ? { policies: Policies.map(({ Type, Value, PeriodSeconds }) => ({ type: Type, value: Value, periodSeconds: PeriodSeconds })) }
      : {}),
    ...(Tolerance ? { tolerance: Tolerance } : {}),
  };
}

/** The behaviour in the form of the annotation. */
export const behaviorText = ({ scaleUp, scaleDown }: autoscalingv2.HorizontalPodAutoscalerBehavior): string =>
  JSON.stringify({ ScaleUp: rulesOut(scaleUp), ScaleDown: rulesOut(scaleDown) });

/** The behaviour in an annotation; undefined if it is missing, empty or invalid. */
export function behaviorFromText(text: string | undefined): autoscalingv2.HorizontalPodAutoscalerBehavior | undefined {
  if (text === undefined) return undefined;
  try {
    const { ScaleUp, ScaleDown } = JSON.parse(text) as { ScaleUp?: InternalRules | null; ScaleDown?: InternalRules | null };
    const scaleUp = rulesIn(ScaleUp);
    const scaleDown = rulesIn(ScaleDown);
    if (!scaleUp && !scaleDown) return undefined;
    return { ...(scaleUp ? { scaleUp } : {}), ...(scaleDown ? { scaleDown } : {}) };
  } catch {
    return undefined;
  }
}
