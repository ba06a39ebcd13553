import type { GraphQLFieldConfigMap } from 'graphql';
import { explainField } from './access-fields.js';
import { auditField, followAuditField } from './audit-fields.js';
import type { GraphContext } from './context.js';
import { copyMutations, diffField, snapshotsField } from './copy-fields.js';
import { etcdField, faultMutations, faultsField, followFaultsField } from './fault-fields.js';
import { organizationMutations } from './organization-fields.js';
import { canIField } from './reasons/can-i-field.js';
import { schedulingField, whatIfField } from './scheduling-fields.js';
import { clockField, clockMutations, followClockField } from './time-fields.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

/** The fields of the roots that need no type of a kind. */
export const queries: Fields = {
  audit: auditField,
  explainAccess: explainField,
  canI: canIField,
  faults: faultsField,
  etcd: etcdField,
  clock: clockField,
  snapshots: snapshotsField,
  diff: diffField,
  scheduling: schedulingField,
  whatIf: whatIfField,
};

export const mutations: Fields = { ...faultMutations, ...clockMutations, ...copyMutations, ...organizationMutations };

export const subscriptions: Fields = { audit: followAuditField, clock: followClockField, faults: followFaultsField };
