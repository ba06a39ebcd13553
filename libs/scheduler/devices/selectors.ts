import type { resourcev1 } from '#api';
import { celEnvironment, DYN, STRING } from '#cel';

type Device = resourcev1.Device;

/** What selectors see (dynamic-resource-allocation/cel). */
const environment = celEnvironment({ variables: { device: DYN } });
const quantities = celEnvironment({ variables: { text: STRING } });

/** A selector that does not compile, or fails for a device. */
export class SelectorFailure extends Error {}

/** The value of a quantity in expressions. */
function quantityOf(text: string): unknown {
  const { program } = quantities.compile('quantity(text)');
  const outcome = program?.evaluate({ text });
  if (outcome === undefined || outcome.error !== undefined) throw new SelectorFailure(`parsing quantity ${text}`);
  return outcome.value;
}

const semver = (text: string): unknown => {
  const outcome = quantities.compile('semver(text)').program?.evaluate({ text });
  return outcome?.error === undefined ? outcome?.value : text;
};

const attributeValue = ({ int, bool, string, version, ints, bools, strings }: resourcev1.DeviceAttribute): unknown =>
  int ?? bool ?? string ?? (version === undefined ? (ints ?? bools ?? strings ?? null) : semver(version));

/** Names without a domain belong to the driver's, which is there even where it has none. */
function byDomain<T>(
  values: Readonly<Record<string, T>>,
  driver: string,
  read: (value: T) => unknown,
): Record<string, Record<string, unknown>> {
  const domains: Record<string, Record<string, unknown>> = { [driver]: {} };
  for (const [name, value] of Object.entries(values)) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    domains[domain] = { ...domains[domain], [name.slice(slash + 1)]: read(value) };
  }
  return domains;
}

const seen = new WeakMap<Device, unknown>();

/** The variable `device`. */
function variableOf(device: Device, driver: string): unknown {
  const known = seen.get(device) ?? {
    driver,
    attributes: byDomain(device.attributes ?? {}, driver, attributeValue),
    capacity: byDomain(device.capacity ?? {}, driver, ({ value }) => quantityOf(value)),
    allowMultipleAllocations: device.allowMultipleAllocations ?? false,
  };
  seen.set(device, known);
  return known;
}

/** Whether a device has what a selector wants. Throws a SelectorFailure. */
export function selects({ cel }: resourcev1.DeviceSelector, device: Device, driver: string): boolean {
  const { program, issues } = environment.compile(cel?.expression ?? '');
  if (program === undefined) throw new SelectorFailure(`CEL compile error: ${issues}`);
  const outcome = program.evaluate({ device: variableOf(device, driver) });
  if (outcome.error !== undefined) throw new SelectorFailure(`CEL runtime error: ${outcome.error}`);
  return outcome.value === true;
}
