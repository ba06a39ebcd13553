/** A path to a field in upstream's format (util/validation/field/path.go): `spec.containers[0].image`, `metadata.labels[app]`. */
export class FieldPath {
  constructor(
    private readonly parent: FieldPath | undefined,
    private readonly step: string,
  ) {}

  /** The path of fields below this one: `child('spec', 'template')`. */
  child(...names: string[]): FieldPath {
    let path: FieldPath = this;
    for (const name of names) path = new FieldPath(path, `.${name}`);
    return path;
  }

  /** The path of a list's element. */
  index(index: number): FieldPath {
    return new FieldPath(this, `[${index}]`);
  }

  /** The path of a map's value. */
  key(key: string): FieldPath {
    return new FieldPath(this, `[${key}]`);
  }

  toString(): string {
    const above = this.parent?.toString() ?? '';
    return above === '' && this.step.startsWith('.') ? this.step.slice(1) : above + this.step;
  }
}

/** A path from the root: `fieldPath('spec', 'containers')`. Without names: the empty root, below which `child('x')` is `x`. */
export function fieldPath(...names: string[]): FieldPath {
  const [first = '', ...rest] = names;
  return new FieldPath(undefined, first).child(...rest);
}
