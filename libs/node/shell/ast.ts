/** The syntax tree of a shell script (POSIX Shell Command Language, with `[[`, `((`, `function` and C-like `for` of bash). */

export type Part =
  | { readonly part: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly part: 'parameter';
      readonly name: string;
      readonly quoted: boolean;
      /** `#` before the name: its length. */
      readonly length?: boolean;
      /** `-`, `=`, `?`, `+` (with `:` before), `#`, `##`, `%`, `%%`, `/`, `//`, `:` (substring). */
      readonly operator?: string;
      readonly word?: Word;
      readonly replacement?: Word;
    }
  | { readonly part: 'command'; readonly body: List; readonly quoted: boolean }
  | { readonly part: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };

export type Word = readonly Part[];

export interface Redirection {
  readonly descriptor: number;
  /** `<`, `>`, `>>`, `>&`, `<&`, `<>`, `>|`, `&>`, `<<` (a here-document), `<<<`. */
  readonly operator: string;
  /** The file, the descriptor, or the text of a here-document. */
  readonly target: Word;
}

export interface List {
  readonly node: 'list';
  readonly items: ReadonlyArray<{ readonly command: Node; readonly background: boolean }>;
}

interface Redirected {
  readonly redirections: readonly Redirection[];
}

export interface Simple extends Redirected {
  readonly node: 'simple';
  readonly assignments: ReadonlyArray<{ readonly name: string; readonly value: Word }>;
  readonly words: readonly Word[];
}

export type Node =
  | List
  | Simple
  | {
      readonly node: 'and-or';
      readonly first: Node;
      readonly rest: ReadonlyArray<{ readonly operator: '&&' | '||'; readonly command: Node }>;
    }
  | { readonly node: 'pipeline'; readonly negated: boolean; readonly commands: readonly Node[] }
  | ({ readonly node: 'group' | 'subshell'; readonly body: List } & Redirected)
  | ({
      readonly node: 'if';
      readonly clauses: ReadonlyArray<{ readonly condition: List; readonly body: List }>;
      readonly otherwise?: List;
    } & Redirected)
  | ({ readonly node: 'loop'; readonly until: boolean; readonly condition: List; readonly body: List } & Redirected)
  | ({ readonly node: 'for'; readonly name: string; readonly words?: readonly Word[]; readonly body: List } & Redirected)
  | ({
      readonly node: 'counting-for';
      readonly start: Word;
      readonly condition: Word;
      readonly step: Word;
      readonly body: List;
    } & Redirected)
  | ({
      readonly node: 'case';
      readonly word: Word;
      readonly items: ReadonlyArray<{ readonly patterns: readonly Word[]; readonly body: List }>;
    } & Redirected)
  | ({ readonly node: 'test'; readonly words: readonly Word[] } & Redirected)
  | ({ readonly node: 'arithmetic'; readonly expression: Word } & Redirected)
  | { readonly node: 'function'; readonly name: string; readonly body: Node };

/** A command of other commands, which may be redirected as a whole. */
export type Compound = Exclude<Node, List | Simple | { node: 'and-or' | 'pipeline' | 'function' }>;
