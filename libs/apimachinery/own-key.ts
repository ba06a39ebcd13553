/**
 * Objects of the API have maps whose keys are chosen by clients: `__proto__` and `constructor` are keys like any other. These functions
 * access only an object's own members.
 */

/** An own member; undefined if there is none. */
export function getOwn<T>(object: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own member. A plain assignment to `__proto__` would set the prototype instead. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
