export {
  AUTHORIZER,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  isExactType,
  listType,
  mapType,
  NULL,
  objectType,
  optionalType,
  QUANTITY,
  RESOURCE_CHECK,
  STRING,
  TIMESTAMP,
  UINT,
} from './check/types.js';
export { constructedField, typeNameErrors } from './constructed.js';
export { type CelEnvironment, type Compiled, celEnvironment } from './environment.js';
export {
  type AuthorizationAttributes,
  type AuthorizationCheck,
  type AuthorizationDecision,
  authorizer,
  requestResource,
} from './library/authorization.js';
export { limits as celLimits } from './limits.js';
export { type CostEstimate, type EvaluationLimit, ended, type Outcome, type Program, type Waiting, waitFor } from './program.js';
export { type StepBudget, stepBudget } from './run/context.js';
export { patternWeight } from './run/regex.js';
export { CelError, Optional } from './run/values.js';
export { type OpenAPISchema, schemaDeclType } from './schema/decl-type.js';
export { escapeField, unescapeField } from './schema/escape.js';
export { celToJSON } from './to-json.js';
