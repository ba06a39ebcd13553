import { type DocumentNode, type FieldNode, GraphQLError, Kind, Lexer, type SelectionSetNode, Source, TokenKind, visit } from 'graphql';
import { limits } from '../limits.js';
import { tooManyFields } from './estimate.js';

/** For the parser: it stops at the first token above the limit. */
export const parseOptions = { maxTokens: limits.tokens } as const;

/** For validation: suggesting names similar to an unknown one is expensive. */
export const validationOptions = { maxErrors: limits.validationErrors } as const;

const refused = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** The next token's kind; of an invalid one: that of the end. */
function kindOf(lexer: Lexer): TokenKind {
  try {
    return lexer.advance().kind;
  } catch (error) {
    if (error instanceof GraphQLError) return TokenKind.EOF;
    throw error;
  }
}

/**
 * Throws if there are too many tokens, if more brackets are open at once than allowed, as the parser would run out of stack, or if too many
 * objects stand in arguments: validation compares each with all fields of its type. Invalid tokens are left to the parser, which reports them.
 */
function checkTokens(source: string): void {
  const lexer = new Lexer(new Source(source));
  let depth = 0;
  let parentheses = 0;
  let objects = 0;
  for (let tokens = 0; tokens <= limits.tokens; tokens++) {
    const kind = kindOf(lexer);
    if (kind === TokenKind.EOF) break;
    if (tokens === limits.tokens)
      throw refused(
        `The document has more than ${limits.tokens} tokens, and that is the limit: send values as variables, or ask in several requests.`,
      );
    if (kind === TokenKind.PAREN_L) parentheses++;
    else if (kind === TokenKind.PAREN_R) parentheses--;
    else if (kind === TokenKind.BRACE_L && parentheses > 0) objects++;
    if (opening.has(kind)) depth++;
    else if (closing.has(kind)) depth--;
    if (depth > limits.brackets) {
      const message = `The document nests brackets deeper than ${limits.brackets} levels: select less deeply.`;
      throw new GraphQLError(message, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
    }
  }
  if (objects > limits.writtenObjects) {
    throw refused(`The document has more than ${limits.writtenObjects} objects in its arguments: send them as variables.`);
  }
}

/** Throws if a document is too long or nested too deeply to be parsed. */
export function checkSource(source: string): void {
  if (source.length > limits.documentLength) {
    throw refused(`The document has ${source.length} characters, and ${limits.documentLength} is the limit: send long texts as variables.`);
  }
  checkTokens(source);
}

/** Fields by their path in the response. */
interface Place {
  fields: number;
  below: Map<string, Place>;
}

/**
 * Counts the pairs of fields that validation may have to compare, because they have the same name in the same place of the response. Where
 * a fragment is used is not known here, so its fields are paired with all of the same name; spreads are paired with one another.
 */
class Pairs {
  fields = 0;
  private spreads = 0;
  private inPlace = 0;
  private readonly named = new Map<string, { all: number; inFragments: number }>();

  get count(): number {
    let count = this.inPlace + (this.spreads * (this.spreads - 1)) / 2;
    for (const { all, inFragments } of this.named.values()) count += all * inFragments;
    return count;
  }

  add({ selections }: SelectionSetNode, place: Place | undefined): void {
    for (const node of selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) this.spreads += 1;
      else if (node.kind === Kind.INLINE_FRAGMENT) this.add(node.selectionSet, place);
      else this.field(node, place);
    }
  }

  private field({ alias, name: { value }, selectionSet }: FieldNode, place: Place | undefined): void {
    const name = alias?.value ?? value;
    const named = this.named.get(name) ?? { all: 0, inFragments: 0 };
    this.named.set(name, named);
    this.fields += 1;
    named.all += 1;
    if (!place) named.inFragments += 1;
    const own = place?.below.get(name) ?? { fields: 0, below: new Map() };
    place?.below.set(name, own);
    this.inPlace += own.fields;
    own.fields += 1;
    if (selectionSet) this.add(selectionSet, place && own);
  }
}

/** Throws if a document has more operations, variables or directives than validation looks at quickly: each is compared with others. */
function checkParts(document: DocumentNode): void {
  const parts = { operations: 0, variables: 0, directives: 0 };
  const count = (part: keyof typeof parts) => (): void => {
    parts[part] += 1;
  };
  visit(document, {
    OperationDefinition: count('operations'),
    VariableDefinition: count('variables'),
    Directive: count('directives'),
  });
  for (const [name, most, help] of [
    ['operations', limits.operations, 'send them in several requests'],
    ['variables', limits.variables, 'gather them in lists and objects'],
    ['directives', limits.directives, 'put them on fragments, each for many fields'],
  ] as const) {
    if (parts[name] > most) throw refused(`The document has ${parts[name]} ${name}, and ${most} is the limit: ${help}.`);
  }
}

/** Throws if validating a document would cost more than its size. */
export function checkDocument(document: DocumentNode): void {
  checkParts(document);
  const pairs = new Pairs();
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) pairs.add(node.selectionSet, { fields: 0, below: new Map() });
    else if (node.kind === Kind.FRAGMENT_DEFINITION) pairs.add(node.selectionSet, undefined);
  }
  if (pairs.fields > limits.writtenFields) throw refused(tooManyFields(pairs.fields, limits.writtenFields));
  if (pairs.count > limits.fieldPairs) {
    throw refused(
      `The query asks for too many fields under one name (${pairs.count} pairs to compare, and ${limits.fieldPairs} is the limit): give them aliases, or spread fewer fragments.`,
    );
  }
}
