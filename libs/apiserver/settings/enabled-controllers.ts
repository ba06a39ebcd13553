import { goQuote } from '#apimachinery';

/** The controllers of a component with their aliases, as --controllers names them. */
export type ControllerNames = ReadonlyMap<string, string>;

/** Their names, by name and by alias. */
export const controllerNames = (controllers: ReadonlyArray<readonly [name: string, alias?: string]>): ControllerNames =>
  new Map(controllers.flatMap(([name, alias]) => [name, ...(alias ? [alias] : [])].map((known) => [known, name] as const)));

const nameIn = (item: string): string => item.replace(/^-/, '');

/** Which controllers run (controller-manager/app IsControllerEnabled): the first item that names one decides. */
export function enabledControllers(
  items: readonly string[],
  names: ControllerNames,
  offByDefault: ReadonlySet<string> = new Set(),
): (controller: string) => boolean {
  const chosen = new Map<string, boolean>();
  for (const item of items) {
    const name = names.get(nameIn(item));
    if (name !== undefined && !chosen.has(name)) chosen.set(name, !item.startsWith('-'));
  }
  const all = items.includes('*');
  return (controller) => chosen.get(controller) ?? (all && !offByDefault.has(controller));
}

/** The items with the controllers' own names in place of aliases. */
export const canonicalControllers = (items: readonly string[], names: ControllerNames): readonly string[] =>
  items.map((item) => `${item.startsWith('-') ? '-' : ''}${names.get(nameIn(item)) ?? nameIn(item)}`);

/** What is wrong with the items (controller-manager/options Validate). */
export const controllerErrors = (items: readonly string[], names: ControllerNames): string[] =>
  items
    .filter((item) => item !== '*' && !names.has(nameIn(item)))
    .map((item) => `${goQuote(nameIn(item))} is not in the list of known controllers`);
