import type { corev1 } from '#api';
import { type FieldError, type FieldPath, invalidValue, parseQuantity, Quantity } from '#apimachinery';
import { isOvercommitAllowed } from './resource-names.js';

type Item = corev1.LimitRangeItem;

/** Above this, milli-units overflow and whole units are compared (api/resource MaxMilliValue). */
const MAX_MILLI = (2 ** 63 - 1) / 1000;
const ONE = Quantity.of(1);

interface Amounts {
  min?: Quantity;
  max?: Quantity;
  default?: Quantity;
  defaultRequest?: Quantity;
  ratio?: Quantity;
}

function amountsOf(item: Item, name: string): Amounts {
  const read = (list: Record<string, string> | undefined) => {
    const text = list && Object.hasOwn(list, name) ? list[name] : undefined;
    return text === undefined ? undefined : parseQuantity(text);
  };
  const pod = item.type === 'Pod';
  return {
    min: read(item.min),
    max: read(item.max),
    default: pod ? undefined : read(item.default),
    defaultRequest: pod ? undefined : read(item.defaultRequest),
    ratio: read(item.maxLimitRequestRatio),
  };
}

const above = (a: Quantity | undefined, b: Quantity | undefined): boolean => a !== undefined && b !== undefined && a.compare(b) > 0;

function validateOrder(amounts: Amounts, at: (field: string) => FieldPath): FieldError[] {
  const { min, max, defaultRequest: request, default: limit } = amounts;
  const errors: FieldError[] = [];
  const fail = (field: string, value: Quantity | undefined, text: string) => errors.push(invalidValue(at(field), `${value}`, text));
  if (above(min, max)) fail('min', min, `min value ${min} is greater than max value ${max}`);
  if (above(min, request)) fail('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  if (above(request, max)) fail('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  if (above(request, limit))
    fail('defaultRequest', request, `default request value ${request} is greater than default limit value ${limit}`);
  if (above(min, limit)) fail('default', min, `min value ${min} is greater than default value ${limit}`);
  if (above(limit, max)) fail('default', max, `default value ${limit} is greater than max value ${max}`);
  return errors;
}

function validateRatio({ min, max, ratio }: Amounts, path: FieldPath): FieldError[] {
  if (!ratio) return [];
  const errors: FieldError[] = [];
  if (ratio.compare(ONE) < 0) errors.push(invalidValue(path, `${ratio}`, `ratio ${ratio} is less than 1`));
  if (!min || !max) return errors;
  const milli = [ratio, min, max].every((quantity) => quantity.value() < MAX_MILLI);
  const bound = milli ? max.milliValue() / min.milliValue() : max.value() / min.value();
  const actual = milli ? ratio.milliValue() / 1000 : ratio.value();
  if (actual > bound) errors.push(invalidValue(path, `${ratio}`, `ratio ${ratio} is greater than max/min = ${bound.toFixed(6)}`));
  return errors;
}

/** The relations between the amounts of one limit, per resource (ValidateLimitRange). */
export function validateLimitAmounts(item: Item, path: FieldPath): FieldError[] {
  const lists = [
    item.max,
    item.min,
    item.type === 'Pod' ? {} : item.default,
    item.type === 'Pod' ? {} : item.defaultRequest,
    item.maxLimitRequestRatio,
  ];
  const names = new Set(lists.flatMap((list) => Object.keys(list ?? {})));
  return [...names].flatMap((name) => {
    const at = (field: string) => path.child(field).key(name);
    const amounts = amountsOf(item, name);
    const errors = [...validateOrder(amounts, at), ...validateRatio(amounts, at('maxLimitRequestRatio'))];
    const { default: limit, defaultRequest: request } = amounts;
    if (limit && request && !isOvercommitAllowed(name) && limit.compare(request) !== 0) {
      errors.push(
        invalidValue(at('defaultRequest'), `${request}`, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`),
      );
    }
    return errors;
  });
}
