import type { Node } from './ast.js';
import { LONGEST_VALUE, VARIABLE_BYTES } from './limits.js';
import type { Input, Output } from './streams.js';

/** The streams of a command. */
export interface Streams {
  input: Input;
  output: Output;
  errors: Output;
  /** Descriptors from 3. */
  more?: ReadonlyMap<number, Descriptor>;
}

/** An open file of a shell. */
interface Descriptor {
  readonly input?: Input;
  readonly output?: Output;
}

interface Variable {
  value: string;
  exported: boolean;
  readOnly?: boolean;
}

/** Thrown by `exit`, and by errors that end a shell. */
export class ShellExit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** Thrown by `break`, `continue` and `return`. */
export class Jump extends Error {
  constructor(
    readonly kind: 'break' | 'continue' | 'return',
    public count: number,
  ) {
    super(kind);
  }
}

/** An error that ends the command, with its message: `sh: X: parameter not set`. */
export class ShellError extends Error {
  constructor(
    message: string,
    readonly code = 2,
  ) {
    super(message);
  }
}

/** Everything that a shell remembers; copied for subshells. */
export class ShellState {
  variables = new Map<string, Variable>();
  private exported: ReadonlyMap<string, string> | undefined;
  functions = new Map<string, Node>();
  positional: string[] = [];
  cwd = '/';
  /** $0. */
  name = 'sh';
  lastCode = 0;
  lastBackground = 0;
  pid = 1;
  options = { errexit: false, nounset: false, xtrace: false, noglob: false, pipefail: false };
  traps = new Map<string, string>();
  /** Loops around the command that is running. */
  loops = 0;
  /** The exit code with which the shell is about to end, while its trap runs. */
  leaving: number | undefined;
  /** Whether words like `{a,b}` are expanded. */
  braces = false;
  /** Where getopts is: the word, and the character in it. */
  option = { index: 1, offset: 1 };
  private bytes = 0;
  /** Names made local by the functions that are running, with what they were before. */
  locals: Array<Map<string, Variable | undefined>> = [];

  copy(): ShellState {
    const copy = new ShellState();
    Object.assign(copy, this);
    copy.variables = new Map([...this.variables].map(([name, variable]) => [name, { ...variable }]));
    copy.functions = new Map(this.functions);
    copy.positional = [...this.positional];
    copy.options = { ...this.options };
    copy.traps = new Map();
    copy.locals = [];
    copy.loops = 0;
    copy.option = { ...this.option };
    return copy;
  }

  /** Called when a variable is read. */
  onRead: ((name: string, isSet: boolean) => void) | undefined;

  get(name: string): string | undefined {
    const value = this.variables.get(name)?.value;
    this.onRead?.(name, value !== undefined);
    return value;
  }

  set(name: string, value: string, exported?: boolean): void {
    if (value.length > LONGEST_VALUE) throw new ShellError('out of memory');
    const variable = this.variables.get(name);
    if (exported !== undefined || variable?.exported) this.exported = undefined;
    if (variable?.readOnly) throw new ShellError(`${name}: is read only`);
    const bytes = this.bytes + value.length - (variable ? variable.value.length : -name.length);
    if (bytes > VARIABLE_BYTES) throw new ShellError('out of memory');
    this.bytes = bytes;
    if (variable === undefined) this.variables.set(name, { value, exported: exported ?? false });
    else {
      variable.value = value;
      if (exported !== undefined) variable.exported = exported;
    }
  }

  /** Makes a variable local to the running function. */
  makeLocal(name: string): void {
    const scope = this.locals.at(-1);
    if (!scope || scope.has(name)) return;
    const before = this.variables.get(name);
    scope.set(name, before && { ...before });
  }

  leaveFunction(): void {
    this.exported = undefined;
    for (const [name, variable] of this.locals.pop() ?? []) {
      this.bytes +=
        (variable ? variable.value.length + name.length : 0) - (this.variables.has(name) ? (this.get(name) ?? '').length + name.length : 0);
      if (variable) this.variables.set(name, variable);
      else this.variables.delete(name);
    }
  }

  /** The exported variables; the same object until one of them changes. */
  environment(): ReadonlyMap<string, string> {
    if (this.exported === undefined) {
      const exported = new Map<string, string>();
      for (const [name, variable] of this.variables) if (variable.exported) exported.set(name, variable.value);
      this.exported = exported;
    }
    return this.exported;
  }

  /** Removes a variable. */
  unset(name: string): void {
    const variable = this.variables.get(name);
    if (variable) this.bytes -= variable.value.length + name.length;
    this.variables.delete(name);
    this.exported = undefined;
  }

  /** A special or positional parameter, or a variable. */
  parameter(name: string): string | undefined {
    switch (name) {
      case '?':
        return String(this.lastCode);
      case '#':
        return String(this.positional.length);
      case '$':
        return String(this.pid);
      case '!':
        return this.lastBackground === 0 ? undefined : String(this.lastBackground);
      case '-':
        return Object.entries(this.options)
          .map(([option, on]) => (on ? option[0] : ''))
          .join('');
      case '0':
        return this.name;
      case '@':
      case '*':
        return this.positional.length === 0 ? undefined : this.positional.join(' ');
      default:
        return /^\d+$/.test(name) ? this.positional[Number(name) - 1] : this.get(name);
    }
  }
}
