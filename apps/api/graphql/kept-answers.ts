import { Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { memoized } from '#apimachinery';
import { type Runtime, sdlOf } from '#graphql';
import type { Asked } from './asked.js';
import { parsed } from './documents.js';
import { KeptText } from './encoded-text.js';

/** Bytes of all kept answers, and characters of a document that an answer is kept for. */
const LIMITS = { bytes: 32 * 1024 * 1024, document: 16 * 1024 };

/** An answer about a schema alone. */
export interface KeptAnswer {
  type: string;
  text: KeptText;
}

/** Whether a document asks for nothing but the schema: its answer is the same for every user. */
function asksForSchemaOnly(source: string): boolean {
  if (!/__(schema|type)\b/.test(source)) return false;
  return (
    parsed(source)?.definitions.every(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ||
        (definition.kind === Kind.OPERATION_DEFINITION &&
          definition.operation === 'query' &&
          definition.selectionSet.selections.every(
            ({ kind, ...node }) => kind === Kind.FIELD && 'name' in node && node.name.value.startsWith('__'),
          )),
    ) ?? false
  );
}

/** What is told of schemas, compressed: introspection, and their texts. Answers of a schema are never wrong, because it does not change. */
export class KeptAnswers {
  private readonly answers = new LRUCache<string, KeptAnswer>({
    maxSize: LIMITS.bytes,
    sizeCalculation: ({ text }, key) => text.bytes + 2 * key.length,
  });
  private schemas = 0;
  private readonly idOf = memoized((_runtime: Runtime) => ++this.schemas);

  /** The kept answer to an operation. */
  of(runtime: Runtime, asked: Asked, accept = ''): KeptAnswer | undefined {
    const key = this.keyOf(runtime, asked, accept);
    return key === undefined ? undefined : this.answers.get(key);
  }

  /** Keeps the answer to an operation that asks for the schema only. */
  async keep(
    runtime: Runtime,
    asked: Asked,
    answer: { accept?: string | undefined; type: string; text: string },
  ): Promise<KeptAnswer | undefined> {
    const key = this.keyOf(runtime, asked, answer.accept ?? '');
    if (key === undefined || !asksForSchemaOnly(asked.query ?? '')) return undefined;
    const kept = { type: answer.type, text: await KeptText.of(answer.text) };
    this.answers.set(key, kept);
    return kept;
  }

  /** The schema of a session in GraphQL's definition language. */
  async sdl(runtime: Runtime): Promise<KeptAnswer> {
    const key = `${this.idOf(runtime)} sdl`;
    const known = this.answers.get(key);
    if (known) return known;
    const share = runtime.turns.share('schemas');
    try {
      const made = { type: 'text/plain; charset=utf-8', text: await KeptText.of(await sdlOf(runtime.schema, () => share.turn())) };
      this.answers.set(key, made);
      return made;
    } finally {
      share.stop();
    }
  }

  /** Undefined for operations whose answers are not kept: long ones, and those that variables change. */
  private keyOf(runtime: Runtime, { query, operationName = '', variables = {} }: Asked, accept: string): string | undefined {
    if (query === undefined || Object.keys(variables).length > 0) return undefined;
    const key = `${this.idOf(runtime)} ${JSON.stringify([query, operationName, accept])}`;
    return key.length > LIMITS.document ? undefined : key;
  }
}
