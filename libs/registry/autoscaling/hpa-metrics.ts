import type { autoscalingv2 } from '#api';

const SHOWN = 2;

/** The targets of an autoscaler in tables: `cpu: 40%/80%, 3/10 (avg)` (printers.go formatHPAMetrics). */
export function formatMetrics(
  specs: readonly autoscalingv2.MetricSpec[] = [],
  statuses: readonly autoscalingv2.MetricStatus[] = [],
): string {
  if (specs.length === 0) return '<none>';
  const texts = specs.slice(0, SHOWN).map((spec, index) => formatMetric(spec, statuses[index]));
  const rest = specs.length - SHOWN;
  return rest > 0 ? `${texts.join(', ')} + ${rest} more...` : texts.join(', ');
}

function formatMetric(spec: autoscalingv2.MetricSpec, status: autoscalingv2.MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return valued(spec.external?.target, status?.external?.current);
    case 'Object':
      return valued(spec.object?.target, status?.object?.current);
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? '<unknown>'}/${spec.pods?.target.averageValue ?? '<nil>'}`;
    case 'Resource':
      return `${spec.resource?.name}: ${utilized(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name}: ${utilized(spec.containerResource?.target, status?.containerResource?.current)}`;
    default:
      return '<unknown type>';
  }
}

function valued(target: autoscalingv2.MetricTarget | undefined, current: autoscalingv2.MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${current?.value ?? '<unknown>'}/${target?.value ?? '<nil>'}`;
}

function utilized(target: autoscalingv2.MetricTarget | undefined, current: autoscalingv2.MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue}`;
  const percent = (value: number | undefined, none: string) => (value === undefined ? none : `${value}%`);
  return `${percent(current?.averageUtilization, '<unknown>')}/${percent(target?.averageUtilization, '<auto>')}`;
}
