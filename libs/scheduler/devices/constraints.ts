import type { resourcev1 } from '#api';
import type { Offered } from './pools.js';

/** What is compared of devices: a name without the driver's domain is the driver's own. */
function attributeOf({ device, slice }: Offered, name: string): resourcev1.DeviceAttribute | undefined {
  const { driver } = slice.spec;
  const own = name.startsWith(`${driver}/`) ? device.attributes?.[name.slice(driver.length + 1)] : undefined;
  return device.attributes?.[name] ?? own;
}

/** A value as text; undefined for lists, which match nothing. */
function textOf({ int, bool, string, version }: resourcev1.DeviceAttribute): string | undefined {
  const [found] = Object.entries({ int, bool, string, version }).filter(([, value]) => value !== undefined);
  return found && JSON.stringify(found);
}

/** A device that was chosen for a request, `request` or `request/subrequest`. */
export interface Chosen {
  request: string;
  offered: Offered;
}

const concerns = ({ requests = [] }: resourcev1.DeviceConstraint, request: string): boolean =>
  requests.length === 0 || requests.includes(request) || requests.includes(request.split('/', 1)[0] ?? request);

/** Whether a device keeps to the constraints of its claim, beside those that were chosen before (constraint.add). Pure. */
export function keepsTo(
  constraints: readonly resourcev1.DeviceConstraint[],
  { request, offered }: Chosen,
  before: readonly Chosen[],
): boolean {
  return constraints.every((constraint) => {
    if (!concerns(constraint, request)) return true;
    const { matchAttribute, distinctAttribute = '' } = constraint;
    const name = matchAttribute ?? distinctAttribute;
    const read = (one: Offered) => {
      const attribute = attributeOf(one, name);
      return attribute && textOf(attribute);
    };
    const mine = read(offered);
    if (mine === undefined) return false;
    const others = before.filter((one) => concerns(constraint, one.request)).map((one) => read(one.offered));
    return others.every((other) => (other === mine) === (matchAttribute !== undefined));
  });
}
