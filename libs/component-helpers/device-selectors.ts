import type { resourcev1 } from '#api';
import type { Steps } from '#apimachinery';
import { BOOL, type CelType, celEnvironment, DYN, formatType, mapType, objectType, type Program, QUANTITY, STRING } from '#cel';

type Device = resourcev1.Device;

/** The longest domain, identifier, driver name and attribute value of a device in bytes, and its most names (resource/v1 types.go). */
export const DEVICE_LIMITS = { domain: 63, id: 32, driver: 63, value: 64, names: 32 } as const;
/** What a selector may cost at most (CELSelectorExpressionMaxCost). */
const MAX_COST = 1_000_000;

const sized = (type: CelType, maxElements: number): CelType => ({ ...type, maxElements });
/** A map by domains of maps by names; a domain that is not there is empty. */
const byDomains = (value: CelType): CelType => {
  const inner = { ...mapType(sized(STRING, DEVICE_LIMITS.id), value, DEVICE_LIMITS.names), plain: false, absent: {} };
  return mapType(sized(STRING, DEVICE_LIMITS.domain), inner, DEVICE_LIMITS.names);
};

/** The type of the variable `device` (dynamic-resource-allocation/cel/compile.go). */
const DEVICE = objectType('kubernetes.DRADevice', {
  driver: sized(STRING, DEVICE_LIMITS.driver),
  attributes: byDomains(sized(DYN, DEVICE_LIMITS.value)),
  capacity: byDomains(QUANTITY),
  allowMultipleAllocations: sized(BOOL, 1),
});

const environment = celEnvironment({ variables: { device: DEVICE } });
const values = celEnvironment({ variables: { text: STRING } });

/** A selector that can be evaluated, or why it cannot: the text is upstream's. */
export type CompiledSelector = { program: Program; error?: undefined } | { program?: undefined; error: string };

/** Compiles a selector (CompileCELExpression). */
export function* compileSelector(expression: string): Steps<CompiledSelector> {
  const { program, issues, instantiation } = yield* environment.compiling(expression);
  if (!program) return { error: `${instantiation ? 'program instantiation failed' : 'compilation failed'}: ${issues}` };
  const { kind } = program.resultType;
  if (kind === 'bool' || kind === 'dyn') return { program };
  return { error: `must evaluate to bool or the unknown type, not ${formatType(program.resultType)}` };
}

/** Whether a selector may cost more than it is allowed to. */
export const isTooComplex = (program: Program): boolean => program.estimateCost().max > BigInt(MAX_COST);

/** A device whose values cannot be read, or a selector that fails for it. */
export class SelectorFailure extends Error {}

const parsed = (kind: 'quantity' | 'semver', text: string): unknown => {
  const outcome = values.compile(`${kind}(text)`).program?.evaluate({ text });
  return outcome?.error === undefined ? outcome?.value : undefined;
};

function attributeValue(name: string, { int, bool, string, version }: resourcev1.DeviceAttribute): unknown {
  const value = int ?? bool ?? string ?? (version === undefined ? undefined : parsed('semver', version));
  if (value !== undefined) return value;
  throw new SelectorFailure(
    version === undefined ? `attribute ${name}: unsupported attribute value` : `attribute ${name}: parse semantic version`,
  );
}

/** Names without a domain belong to the driver's. */
function byDomain<T>(all: Readonly<Record<string, T>>, driver: string, read: (name: string, value: T) => unknown) {
  const domains: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(all)) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    domains[domain] ??= {};
    domains[domain][name.slice(slash + 1)] = read(name, value);
  }
  return domains;
}

const seen = new WeakMap<Device, unknown>();

/** The variable `device`. */
function variableOf(device: Device, driver: string): unknown {
  const known = seen.get(device) ?? {
    driver,
    attributes: byDomain(device.attributes ?? {}, driver, attributeValue),
    capacity: byDomain(device.capacity ?? {}, driver, (_, { value }) => parsed('quantity', value ?? '0')),
    allowMultipleAllocations: device.allowMultipleAllocations ?? false,
  };
  seen.set(device, known);
  return known;
}

/** Whether a device has what a selector wants (DeviceMatches). Throws a SelectorFailure. */
export function selectsDevice(program: Program, device: Device, driver: string): boolean {
  const outcome = program.evaluate({ device: variableOf(device, driver) }, { costLimit: MAX_COST });
  if (outcome.error !== undefined) throw new SelectorFailure(outcome.error);
  if (typeof outcome.value === 'boolean') return outcome.value;
  throw new SelectorFailure('CEL result could not be converted to bool');
}
