import { formatFieldError, goQuote, invalidValue, isJsonObject, required } from '#apimachinery';

/** Errors of a configuration, as upstream words those of its fields. */
export type Errors = string[];

/** A member of an object, read with its type; others are reported. */
export class Fields {
  private readonly object: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    readonly path: string,
    readonly errors: Errors,
  ) {
    this.object = isJsonObject(value) ? value : {};
    if (value !== undefined && value !== null && !isJsonObject(value)) errors.push(mistyped(path, value, 'object'));
  }

  /** The path of a member. */
  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return this.object[name] !== undefined && this.object[name] !== null;
  }

  value(name: string): unknown {
    return this.object[name];
  }

  integer(name: string, unset: number): number {
    const value = this.object[name];
    if (value === undefined || value === null) return unset;
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    this.errors.push(mistyped(this.at(name), value, 'integer'));
    return unset;
  }

  /** A number of any kind; 0 without one. */
  number(name: string): number {
    const value = this.object[name];
    if (value !== undefined && value !== null && typeof value !== 'number') this.errors.push(mistyped(this.at(name), value, 'number'));
    return typeof value === 'number' ? value : 0;
  }

  text(name: string, unset: string): string {
    const value = this.object[name];
    if (value === undefined || value === null) return unset;
    if (typeof value === 'string') return value;
    this.errors.push(mistyped(this.at(name), value, 'string'));
    return unset;
  }

  boolean(name: string): boolean {
    const value = this.object[name];
    if (value !== undefined && value !== null && typeof value !== 'boolean') this.errors.push(mistyped(this.at(name), value, 'boolean'));
    return value === true;
  }

  fields(name: string): Fields {
    return new Fields(this.object[name], this.at(name), this.errors);
  }

  /** The elements of a list. */
  list<T>(name: string, of: (value: unknown, path: string) => T): T[] {
    const value = this.object[name];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((each, index) => of(each, `${this.at(name)}[${index}]`));
    this.errors.push(mistyped(this.at(name), value, 'array'));
    return [];
  }

  objects(name: string): Fields[] {
    return this.list(name, (value, path) => new Fields(value, path, this.errors));
  }

  texts(name: string): string[] {
    return this.list(name, (value, path) => {
      if (typeof value !== 'string') this.errors.push(mistyped(path, value, 'string'));
      return String(value);
    });
  }

  invalid(name: string, value: unknown, detail: string): void {
    this.errors.push(formatFieldError(invalidValue(this.at(name), value, detail)));
  }

  required(name: string, detail: string): void {
    this.errors.push(formatFieldError(required(this.at(name), detail)));
  }

  /** Reports a number outside of a range. */
  within(name: string, value: number, [least, most]: readonly [number, number], range = `[${least}, ${most}]`): void {
    if (value < least || value > most) this.invalid(name, value, `not in valid range ${range}`);
  }
}

const mistyped = (path: string, value: unknown, type: string): string =>
  `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into field ${goQuote(path)} of type ${type}`;
