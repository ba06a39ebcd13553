import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldNotFound,
  getOwn,
  invalidValue,
  isDNS1123Label,
  parseQuantity,
  type Quantity,
  required,
} from '#apimachinery';
import { invalidName } from '../../checks.js';
import { isHugePageName, isOvercommitAllowed, validateContainerResourceName, validateResourceQuantity } from '../../resource-names.js';

type Requirements = Pick<corev1.ResourceRequirements, 'limits' | 'requests' | 'claims'>;
type NameRule = (name: string, path: FieldPath) => FieldError[];

/** Whether an amount is a multiple of the page size in the resource's name (IsHugePageResourceValueDivisible). */
function isWholePages(name: string, amount: Quantity): boolean {
  try {
    const page = parseQuantity(name.slice('hugepages-'.length));
    return page.sign > 0 && page.milliValue() % 1000 === 0 && amount.value() % page.value() === 0;
  } catch {
    return false;
  }
}

function validateAmount(name: string, text: string, path: FieldPath, nameRule: NameRule): FieldError[] {
  const errors = [...nameRule(name, path), ...validateResourceQuantity(name, text, path)];
  if (isHugePageName(name) && !isWholePages(name, parseQuantity(text))) {
    errors.push(invalidValue(path, parseQuantity(text).toString(), `${parseQuantity(text)} is not positive integer multiple of ${name}`));
  }
  return errors;
}

function compareToLimit(name: string, request: string, limit: string | undefined, path: FieldPath): FieldError[] {
  if (limit === undefined) {
    return isOvercommitAllowed(name) ? [] : [required(path.child('limits'), 'Limit must be set for non overcommitable resources')];
  }
  if (request === limit) return [];
  const [asked, most] = [parseQuantity(request), parseQuantity(limit)];
  const order = asked.compare(most);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    return [invalidValue(path.child('requests'), asked.toString(), `must be equal to ${name} limit of ${most}`)];
  }
  return order > 0
    ? [invalidValue(path.child('requests'), asked.toString(), `must be less than or equal to ${name} limit of ${most}`)]
    : [];
}

/** Claims that one container uses: by name, or by name and request. */
class UsedClaims {
  private readonly keys = new Set<string>();
  private readonly requests = new Map<string, number>();

  has(key: string): boolean {
    return this.keys.has(key);
  }

  /** The number of requests of the claim that are used. */
  requestsOf(name: string): number {
    return this.requests.get(name) ?? 0;
  }

  add(name: string, request: string | undefined): void {
    this.keys.add(request ? `${name}/${request}` : name);
    if (request) this.requests.set(name, this.requestsOf(name) + 1);
  }
}

/** How many characters of the pod's claims an error lists. Upstream lists all, in each error. */
const LONGEST_LIST = 1024;

function listed(known: ReadonlySet<string>): string {
  if (known.size === 0) return ' which is empty';
  const list = [...known].sort().join(', ');
  return `: ${list.length > LONGEST_LIST ? `${list.slice(0, LONGEST_LIST)}…` : list}`;
}

/** Claims used by a container must be the pod's, without duplicates (validateResourceClaimNames). */
function validateClaims(claims: readonly corev1.ResourceClaim[], known: ReadonlySet<string>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const names = new UsedClaims();
  const list = claims.every(({ name }) => known.has(name)) ? '' : listed(known);
  for (const [index, { name, request }] of claims.entries()) {
    const at = path.index(index);
    if (!name) {
      errors.push(required(at));
      continue;
    }
    if (names.has(name)) errors.push(duplicate(at, name));
    else {
      if (request) append(errors, invalidName(at.child('request'), request, isDNS1123Label(request)));
      const key = request ? `${name}/${request}` : name;
      if (names.has(key)) errors.push(duplicate(at, key));
      else if (!request) for (let i = names.requestsOf(name); i > 0; i--) errors.push(duplicate(at, name));
      names.add(name, request);
    }
    if (!known.has(name)) {
      const error = fieldNotFound(at, name);
      errors.push({ ...error, message: `${error.message}: must be one of the names in pod.spec.resourceClaims${list}` });
    }
  }
  return errors;
}

/** Requests and limits (validateResourceRequirements); `nameRule` determines the valid resources. */
export function validateRequirements(
  { limits, requests, claims }: Requirements,
  path: FieldPath,
  known: ReadonlySet<string>,
  nameRule: NameRule = validateContainerResourceName,
): FieldError[] {
  const errors: FieldError[] = [];
  let compute = false;
  let huge = false;
  const note = (name: string): void => {
    compute ||= name === 'cpu' || name === 'memory';
    huge ||= isHugePageName(name);
  };
  for (const name in limits) {
    append(errors, validateAmount(name, limits[name] ?? '0', path.child('limits').key(name), nameRule));
    note(name);
  }
  for (const name in requests) {
    const request = requests[name] ?? '0';
    append(errors, validateAmount(name, request, path.child('requests').key(name), nameRule));
    append(errors, compareToLimit(name, request, getOwn(limits, name), path));
    note(name);
  }
  if (huge && !compute) errors.push(fieldForbidden(path, 'HugePages require cpu or memory'));
  if (claims?.length) append(errors, validateClaims(claims, known, path.child('claims')));
  return errors;
}
