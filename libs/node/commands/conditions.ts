import { lengthOf } from '../files/nodes.js';
import { Pattern } from '../shell/patterns.js';
import { type Command, CommandError, type Process, pathIn } from '../shell/process.js';
import { compileRegex } from './regex.js';

/** The expression of a test command. */
class Test {
  private at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly process: Process,
    private readonly double: boolean,
  ) {}

  result(): boolean {
    if (this.words.length === 0) return false;
    const value = this.or();
    if (this.at < this.words.length) throw new CommandError(`${this.words[this.at]}: unknown operand`, 2);
    return value;
  }

  private or(): boolean {
    let value = this.and();
    while (this.words[this.at] === '-o' || (this.double && this.words[this.at] === '||')) {
      this.at += 1;
      const right = this.and();
      value = value || right;
    }
    return value;
  }

  private and(): boolean {
    let value = this.not();
    while (this.words[this.at] === '-a' || (this.double && this.words[this.at] === '&&')) {
      this.at += 1;
      const right = this.not();
      value = value && right;
    }
    return value;
  }

  private not(): boolean {
    let negated = false;
    while (this.words[this.at] === '!' && this.at + 1 < this.words.length) {
      negated = !negated;
      this.at += 1;
    }
    return this.primary() !== negated;
  }

  private primary(): boolean {
    const { words } = this;
    const word = words[this.at] ?? '';
    const operator = words[this.at + 1];
    if (operator !== undefined && words[this.at + 2] !== undefined && BINARY.has(operator)) {
      const right = words[this.at + 2] ?? '';
      this.at += 3;
      return this.binary(word, operator, right);
    }
    if (word === '(') {
      this.at += 1;
      const value = this.or();
      if (words[this.at] !== ')') throw new CommandError('missing )', 2);
      this.at += 1;
      return value;
    }
    if (/^-[a-zA-Z]$/.test(word) && operator !== undefined) {
      this.at += 2;
      return this.unary(word, operator);
    }
    this.at += 1;
    return word !== '';
  }

  private unary(operator: string, operand: string): boolean {
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t') return operand === '1' ? this.process.output.terminal === true : this.process.input.terminal === true;
    const node =
      operand === '' ? undefined : this.process.files.stat(pathIn(this.process, operand), operator === '-L' || operator === '-h');
    switch (operator) {
      case '-e':
      case '-r':
      case '-w':
        return node !== undefined;
      case '-f':
        return node?.kind === 'file';
      case '-d':
        return node?.kind === 'dir';
      case '-L':
      case '-h':
        return node?.kind === 'link';
      case '-s':
        return node !== undefined && (node.kind !== 'file' || lengthOf(node) > 0);
      case '-x':
        return node?.kind === 'dir' || (node?.kind === 'file' && (node.mode & 0o111) !== 0);
      case '-S':
      case '-p':
      case '-b':
      case '-c':
        return false;
      default:
        throw new CommandError(`${operator}: unknown operand`, 2);
    }
  }

  private binary(left: string, operator: string, right: string): boolean {
    const number = (text: string): number => {
      if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new CommandError(`${text}: bad number`, 2);
      return Number(text);
    };
    switch (operator) {
      case '=':
      case '==':
        return this.double ? new Pattern(right).matches(left) : left === right;
      case '!=':
        return this.double ? !new Pattern(right).matches(left) : left !== right;
      case '=~':
        return compileRegex(right, { extended: true }).matcher(left).find();
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '-eq':
        return number(left) === number(right);
      case '-ne':
        return number(left) !== number(right);
      case '-lt':
        return number(left) < number(right);
      case '-le':
        return number(left) <= number(right);
      case '-gt':
        return number(left) > number(right);
      case '-ge':
        return number(left) >= number(right);
      default: {
        const at = (path: string): number => this.process.files.stat(pathIn(this.process, path))?.modified ?? 0;
        return operator === '-nt' ? at(left) > at(right) : at(left) < at(right);
      }
    }
  }
}

const BINARY = new Set(['=', '==', '!=', '=~', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot']);

/** test, `[` and `[[`. */
export const test: Command = (process) => {
  const [name = 'test', ...words] = process.argv;
  const closing = name === '[' ? ']' : name === '[[' ? ']]' : undefined;
  if (closing !== undefined && words.pop() !== closing) throw new CommandError(`missing ${closing}`, 2);
  return new Test(words, process, name === '[[').result() ? 0 : 1;
};
