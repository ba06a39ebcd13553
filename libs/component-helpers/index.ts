export { bringsPods } from './brings-pods.js';
export { type Condition, conditionOf, setCondition, transitionTime, withoutCondition } from './conditions.js';
export { type CronSchedule, isTimeZone, parseCronSchedule, scheduleError } from './cron-schedule.js';
export { budgetSelects, disruptionAllowedCondition, withDisruptionAllowed } from './disruption-budgets.js';
export { nodeSelectorMatcher, preferredNodeScore, requiredNodeAffinity } from './node-affinity.js';
export { podLimits, podRequests, type ResourceList, resourceListTexts } from './pod-requests.js';
export {
  isPodActive,
  isPodReady,
  isPodTerminal,
  isPodTerminating,
  isTerminalPhase,
  podAvailableAt,
  podPriority,
  podReadySince,
} from './pods.js';
export { tolerates, tolerationsTolerate, untoleratedTaint } from './tolerations.js';
