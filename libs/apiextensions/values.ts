/** Plain JSON, as custom resources are made of. */
export type Item = Record<string, unknown>;

/** The fields that every object has, whatever its schema says. */
export const isMetaField = (name: string): boolean => name === 'metadata' || name === 'kind' || name === 'apiVersion';

/** A place in an object, as a list of steps from the end: its text is made only where it is needed. */
export interface Place {
  readonly above: Place | undefined;
  readonly step: string | number;
  /** The step is the key of a map, not the name of a property. */
  readonly key?: boolean;
}

/** The same as an error's field: `spec.templates[a].metadata`. */
export function fieldText(place: Place | undefined): string {
  if (place === undefined) return '';
  const above = fieldText(place.above);
  if (place.key || typeof place.step === 'number') return `${above}[${place.step}]`;
  return above === '' ? place.step : `${above}.${place.step}`;
}

/** `spec.ports[0].zed`. */
export function placeText(place: Place | undefined): string {
  const steps: string[] = [];
  for (let at = place; at !== undefined; at = at.above) steps.push(typeof at.step === 'number' ? `[${at.step}]` : `.${at.step}`);
  const text = steps.reverse().join('');
  return text.startsWith('.') ? text.slice(1) : text;
}
