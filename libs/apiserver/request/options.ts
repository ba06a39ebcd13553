import {
  append,
  badRequest,
  type FieldError,
  type FieldSelector,
  fieldForbidden,
  fieldPath,
  invalid,
  invalidValue,
  type LabelSelector,
  notSupported,
  parseFieldSelector,
  parseLabelSelector,
  required,
  validateFieldManager,
} from '#apimachinery';

/** meta/v1 CreateOptions, UpdateOptions and PatchOptions. */
export interface WriteOptions {
  dryRun: boolean;
  fieldManager: string;
  fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Only for apply patches. */
  force?: boolean;
}

/** meta/v1 DeleteOptions. */
export interface DeleteOptions {
  dryRun: boolean;
  gracePeriodSeconds?: number;
  orphanDependents?: boolean;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** meta/v1 ListOptions; selectors that select everything are omitted. */
export interface ListOptions {
  labelSelector?: LabelSelector;
  fieldSelector?: FieldSelector;
  watch: boolean;
  allowWatchBookmarks: boolean;
  resourceVersion: string;
  resourceVersionMatch: string;
  timeoutSeconds?: number;
  limit: number;
  continue: string;
  sendInitialEvents?: boolean;
}

/** apimachinery/pkg/runtime/converter.go Convert_Slice_string_To_bool: anything but "false" and "0" is true. */
function queryBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return value.toLowerCase() !== 'false' && value !== '0';
}

/** strconv.ParseInt of a query parameter; throws a 400 with its error. */
function queryInteger(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  if (!isInt64(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`);
  return Number(value);
}

function isInt64(digits: string): boolean {
  if (digits.length > 20) return Math.abs(Number(digits)) < 2 ** 63;
  const number = BigInt(digits.replace('+', ''));
  return BigInt.asIntN(64, number) === number;
}

function validateDryRun(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}

function validateFieldValidation(value: string): FieldError[] {
  return ['', 'Ignore', 'Strict', 'Warn'].includes(value) ? [] : [notSupported('fieldValidation', value, ['', 'Ignore', 'Strict', 'Warn'])];
}

const NO_QUERY_WRITE: WriteOptions = Object.freeze({ dryRun: false, fieldManager: '', fieldValidation: 'Warn' });

/**
 * Reads and validates the options of a create, update or patch. `kind` is the kind in the 422: CreateOptions, UpdateOptions or
 * PatchOptions.
 */
export function writeOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  apply = false,
): WriteOptions {
  if (query.size === 0 && !apply) return NO_QUERY_WRITE;
  const dryRun = query.getAll('dryRun');
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  const force = kind === 'PatchOptions' ? queryBoolean(query, 'force') : undefined;
  const errors: FieldError[] = [];
  if (apply && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  if (!apply && force !== undefined) errors.push(fieldForbidden('force', 'may not be specified for non-apply patch'));
  append(
    errors,
    validateFieldManager(fieldManager, fieldPath('fieldManager')),
    validateDryRun(dryRun),
    validateFieldValidation(fieldValidation),
  );
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors);
  const directive = fieldValidation === '' ? 'Warn' : (fieldValidation as WriteOptions['fieldValidation']);
  return { dryRun: dryRun.length > 0, fieldManager, fieldValidation: directive, ...(force === undefined ? {} : { force }) };
}

/** The options of a delete from the query, if the body is empty. */
export function deleteOptionsFromQuery(query: URLSearchParams): DeleteOptions {
  const options: DeleteOptions = { dryRun: false };
  const gracePeriodSeconds = queryInteger(query, 'gracePeriodSeconds');
  if (gracePeriodSeconds !== undefined) options.gracePeriodSeconds = gracePeriodSeconds;
  const orphan = queryBoolean(query, 'orphanDependents');
  if (orphan !== undefined) options.orphanDependents = orphan;
  const policy = query.get('propagationPolicy');
  if (policy !== null) options.propagationPolicy = policy;
  return finishDeleteOptions(options, query.getAll('dryRun'));
}

/** The options of a delete from a decoded DeleteOptions body. */
export function deleteOptionsFromBody(body: Record<string, unknown>): DeleteOptions {
  const options: DeleteOptions = { dryRun: false };
  if (typeof body.gracePeriodSeconds === 'number') options.gracePeriodSeconds = body.gracePeriodSeconds;
  if (typeof body.orphanDependents === 'boolean') options.orphanDependents = body.orphanDependents;
  if (typeof body.propagationPolicy === 'string') options.propagationPolicy = body.propagationPolicy;
  const preconditions = body.preconditions as DeleteOptions['preconditions'] | undefined;
  if (preconditions) options.preconditions = preconditions;
  return finishDeleteOptions(options, Array.isArray(body.dryRun) ? (body.dryRun as string[]) : []);
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

function finishDeleteOptions(options: DeleteOptions, dryRun: readonly string[]): DeleteOptions {
  const errors: FieldError[] = [];
  const { orphanDependents, propagationPolicy } = options;
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    errors.push(invalidValue('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']));
  }
  append(errors, validateDryRun(dryRun));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  options.dryRun = dryRun.length > 0;
  return options;
}

const EVERYTHING: ListOptions = Object.freeze({
  watch: false,
  allowWatchBookmarks: false,
  resourceVersion: '',
  resourceVersionMatch: '',
  limit: 0,
  continue: '',
});

function parseSelector<T extends { empty: boolean }>(text: string | null, parse: (text: string) => T): T | undefined {
  if (text === null || text === '') return undefined;
  try {
    const selector = parse(text);
    return selector.empty ? undefined : selector;
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

/** Reads, defaults and validates the options of a list or watch (meta/internalversion). `watch`: the path is a deprecated /watch/ path. */
export function listOptions(query: URLSearchParams, watch = false): ListOptions {
  if (query.size === 0 && !watch) return EVERYTHING;
  const options: ListOptions = {
    watch: queryBoolean(query, 'watch') ?? false,
    allowWatchBookmarks: queryBoolean(query, 'allowWatchBookmarks') ?? false,
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: 0,
    continue: query.get('continue') ?? '',
  };
  const timeoutSeconds = queryInteger(query, 'timeoutSeconds');
  if (timeoutSeconds !== undefined) options.timeoutSeconds = timeoutSeconds;
  options.limit = queryInteger(query, 'limit') ?? 0;
  const sendInitialEvents = queryBoolean(query, 'sendInitialEvents');
  if (sendInitialEvents !== undefined) options.sendInitialEvents = sendInitialEvents;
  const labelSelector = parseSelector(query.get('labelSelector'), parseLabelSelector);
  if (labelSelector) options.labelSelector = labelSelector;
  const fieldSelector = parseSelector(query.get('fieldSelector'), parseFieldSelector);
  if (fieldSelector) options.fieldSelector = fieldSelector;
  defaultListOptions(options);
  const errors = options.watch ? validateWatchOptions(options) : validateListOptions(options);
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  if (watch) options.watch = true;
  return options;
}

/** A watch from '' or '0' is a list and watch (meta/internalversion/defaults.go). */
function defaultListOptions(options: ListOptions): void {
  if (options.sendInitialEvents !== undefined || options.resourceVersionMatch !== '') return;
  if (options.watch && (options.resourceVersion === '' || options.resourceVersion === '0')) {
    options.sendInitialEvents = true;
    options.resourceVersionMatch = 'NotOlderThan';
  }
}

const MATCH = fieldPath('resourceVersionMatch');

function validateListOptions(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (match !== '') {
    if (options.resourceVersion === '') {
      errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (options.continue !== '') errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && options.resourceVersion === '0') {
      errors.push(fieldForbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(fieldForbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function validateWatchOptions(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (options.sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(fieldForbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (options.sendInitialEvents === undefined) {
      errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    }
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
    if (options.continue !== '') errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return errors;
}
