export { append } from './append.js';
export type { Clock, Instant, Random, RandomSource } from './clock.js';
export { SteppedClock, systemClock } from './clock-sources.js';
export { formatGoDuration, humanDuration, parseGoDuration, shortHumanDuration } from './duration.js';
export { deepEqual, deepFreeze } from './equality.js';
export {
  aggregateFieldErrors,
  duplicate,
  type FieldError,
  type FieldErrorType,
  type FieldPathLike,
  fieldForbidden,
  fieldInternalError,
  fieldNotFound,
  formatBadValue,
  formatFieldError,
  invalidValue,
  notSupported,
  OMIT_VALUE,
  required,
  tooFew,
  tooLong,
  tooLongCharacters,
  tooMany,
  tooShort,
  typeInvalid,
} from './field-error.js';
export { FieldPath, fieldPath } from './field-path.js';
export { escapeFieldValue, FieldSelector, type FieldTerm, parseFieldSelector } from './fields/selector.js';
export {
  isCIdentifier,
  isConfigMapKey,
  isDomainPrefixedKey,
  isDomainPrefixedPath,
  isEnvVarName,
  isFullyQualifiedDomainName,
  isFullyQualifiedName,
  isHTTPHeaderName,
  isHTTPPath,
  isInRange,
  isRelaxedEnvVarName,
  isValidPercent,
  isValidPortName,
  isValidPortNum,
  isValidUserID,
} from './formats.js';
export { byteLength, goIsPrint, goJSON, goNumber, goQuote, goStringSlice, goTypeOf, goValue, jsonKind } from './go-format.js';
export {
  atoi,
  type IntOrString,
  intOrString,
  intOrStringText,
  intValue,
  isPercent,
  parseIntOrString,
  scaledValue,
} from './intstr.js';
export { cidrFamily, ipFamily, isValidCIDR, isValidIP, isValidLegacyCIDR, isValidLegacyIP } from './ip-formats.js';
export { isJsonObject } from './json-object.js';
export { newRequirement, Requirement, SelectorError, type SelectorOperator } from './labels/requirement.js';
export {
  formatLabelSelector,
  LabelSelector,
  type LabelSelectorSpec,
  type Labels,
  labelSelectorAsSelector,
  parseLabelSelector,
  selectorFromSet,
  selectorOfObject,
} from './labels/selector.js';
export { validateLabelName, validateLabelSelector, validateLabels } from './labels/validation.js';
export {
  type Applied,
  type ApplyConflict,
  ApplyConflicts,
  applyConfiguration,
  differingFields,
} from './managed/apply.js';
export { atomicPaths } from './managed/atomics.js';
export { type Comparison, compareObjects } from './managed/compare.js';
export { sortEntries } from './managed/entries.js';
export { pathTexts } from './managed/field-path-text.js';
export { type FieldTree, treeOf } from './managed/field-tree.js';
export { difference, differenceBelow, equalSets, type FieldSet, intersection, isEmptySet, union } from './managed/fieldset.js';
export { mergeTyped } from './managed/merge-typed.js';
export { managersAfterScale, scaleManagers } from './managed/scale.js';
export { isSharedFields } from './managed/shared-sets.js';
export { type TrackedUpdate, trackUpdate } from './managed/track.js';
export { fieldSetOf, typeErrorsText } from './managed/typed.js';
export { validateTyped } from './managed/validate-typed.js';
export { validateFieldManager, validateManagedFields } from './managed-fields-validation.js';
export { Memo, memoized } from './memo.js';
export {
  inclusiveRangeMessage,
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isDNS1123SubdomainWithUnderscore,
  isQualifiedName,
  isValidLabelValue,
  isWildcardDNS1123Subdomain,
  maxBytesMessage,
  maxLengthMessage,
  type NameRule,
  nameIsDNS1035Label,
  nameIsDNSLabel,
  nameIsDNSSubdomain,
  nameIsPathSegment,
  regexMessage,
} from './names.js';
export type { KubeObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.js';
export { formatKey, keyOf, type ObjectKey, parseKey } from './object-key.js';
export {
  FIELD_IMMUTABLE_MESSAGE,
  validateAnnotations,
  validateFinalizerName,
  validateFinalizers,
  validateImmutable,
  validateNonnegative,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateOwnerReferences,
} from './object-meta.js';
export { asListItem, type StoredState, storedState, storedStateInSteps, storedText, withResourceVersion } from './object-text.js';
export { getOwn, setOwn } from './own-key.js';
export { controllerOf, controllerReference, isControlledBy, ownerReference } from './owners.js';
export {
  applyJsonPatch,
  applyPatchOperations,
  decodeJsonPatch,
  JsonPatchFailure,
  type JsonPatchOperation,
  unknownJsonPatchFields,
} from './patch/json-patch.js';
export { applyMergePatch, decodeMergePatch } from './patch/merge-patch.js';
export { applyStrategicPatch, decodeStrategicPatch } from './patch/strategic-merge.js';
export { plainCopy } from './plain-copy.js';
export { canonicalQuantity, isQuantity, parseQuantity, Quantity } from './quantity.js';
export { QuantityError, type QuantityFormat } from './quantity-parse.js';
export { nthRandom, seededRandom, uuidOf } from './random.js';
export type { SchemaField, SchemaLeaf, SchemaStruct, SchemaType } from './schema.js';
export {
  failureStatus,
  ignoreAlreadyExists,
  ignoreNotFound,
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isNamespaceTerminating,
  isNotFound,
  type Status,
  type StatusCause,
  type StatusDetails,
  StatusError,
  type StatusReason,
  statusOf,
  successStatus,
  toStatusCause,
} from './status.js';
export {
  alreadyExists,
  applyConflict,
  badRequest,
  bareError,
  conflict,
  expired,
  forbidden,
  formatGroupKind,
  formatGroupResource,
  type GroupKind,
  type GroupResource,
  generateNameConflict,
  gone,
  internalError,
  invalid,
  methodNotAllowed,
  notAcceptable,
  notFound,
  OPTIMISTIC_LOCK_MESSAGE,
  pathNotFound,
  serverTimeout,
  serviceUnavailable,
  timeout,
  tooLarge,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
} from './status-errors.js';
export { finish, paced, type Steps } from './steps.js';
export { formatMicroTime, formatTime, parseTime } from './time.js';
