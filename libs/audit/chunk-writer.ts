import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { AUDIT_LIMITS, type AuditEvent, STAGES, type UserInfo } from '#apiserver';
import type { AuditUser } from './audit-record.js';
import { type Chunk, DECISIONS, type Details, LEVELS, NONE } from './chunk-format.js';

/** Members of an event: those that `add` writes, and the stages. */
const WIDTH = 27 + STAGES.length;

const deflate = promisify(deflateRaw);

function userOf({ name, groups, uid, extra }: UserInfo): AuditUser {
  const cut = (text: string) => text.slice(0, AUDIT_LIMITS.name);
  const extras = Object.entries(extra ?? {}).slice(0, AUDIT_LIMITS.extras);
  const kept = extras.map(([key, values]) => [cut(key), values.slice(0, AUDIT_LIMITS.extras).map(cut)]);
  return {
    username: cut(name),
    groups: groups.slice(0, AUDIT_LIMITS.groups).map(cut),
    ...(uid === undefined ? {} : { uid: cut(uid) }),
    ...(kept.length === 0 ? {} : { extra: Object.fromEntries(kept) as Record<string, string[]> }),
  };
}

const micros = (milliseconds: number): number => Math.round(milliseconds * 1000);

function detailsOf({ failure, warnings, annotations, outcomes = [] }: AuditEvent): Details {
  return {
    reason: failure?.reason ?? '',
    message: failure?.message ?? '',
    errors: failure?.errors ?? [],
    warnings,
    annotations: Object.fromEntries(annotations ?? []),
    admission: outcomes.map(({ took, ...outcome }) => ({ ...outcome, milliseconds: micros(took) / 1000 })),
  };
}

const hasDetails = ({ failure, warnings, annotations, outcomes }: AuditEvent): boolean =>
  failure !== undefined || warnings.length > 0 || annotations !== undefined || outcomes !== undefined;

const NOTHING = {
  isResource: false,
  verb: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  user: undefined,
};

/**
 * A chunk that is being filled. Every request adds a row: it is kept as numbers, so that nothing of the request itself stays in memory.
 */
export class ChunkWriter {
  /** The earliest and the latest arrival of the requests, in milliseconds since 1970. */
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = 0;
  /** Rows one after the other. */
  private readonly numbers: number[] = [];
  private readonly texts: string[] = [];
  private readonly known = new Map<string, number>();
  private readonly users = new Map<UserInfo, number>();
  private characters = 0;

  get events(): number {
    return this.numbers.length / WIDTH;
  }

  /** About how many bytes it holds. */
  get bytes(): number {
    return 8 * this.numbers.length + 2 * this.characters;
  }

  /** Adds the members of an event in the order in which they are read. `at`: when its request arrived. */
  add(event: AuditEvent, at: number): void {
    const { flow, impersonator, took } = event;
    const asked = event.attributes ?? NOTHING;
    if (at < this.firstAt) this.firstAt = at;
    if (at > this.lastAt) this.lastAt = at;
    this.numbers.push(
      at,
      event.clusterTime - at,
      this.append(event.id),
      this.text(event.method),
      this.text(asked.verb),
      this.text(event.uri),
      this.text(event.userAgent),
      this.text(event.address),
      this.text(asked.group),
      this.text(asked.version),
      this.text(asked.resource),
      this.text(asked.subresource),
      this.text(asked.namespace),
      this.text(asked.name || event.objectName),
      this.text(event.reason),
      flow ? this.text(flow.schema) : NONE,
      flow ? this.text(flow.level.name) : NONE,
      asked.user ? this.user(asked.user) : NONE,
      impersonator ? this.user(impersonator) : NONE,
      hasDetails(event) ? this.text(JSON.stringify(detailsOf(event))) : NONE,
      asked.isResource ? 1 : 0,
      LEVELS.indexOf(event.level),
      DECISIONS.indexOf(event.decision ?? ''),
      event.dryRun ? 1 : 0,
      event.code,
      event.revision ?? NONE,
      micros(event.total),
    );
    for (const milliseconds of took) this.numbers.push(micros(milliseconds));
  }

  /** The chunk, compressed. */
  encode(): Promise<Buffer> {
    const { texts, firstAt } = this;
    const columns: number[][] = [];
    for (let column = 0; column < WIDTH; column++) columns.push(this.column(column, column === 0 ? firstAt : 0));
    const chunk: Chunk = { texts, from: firstAt, columns };
    return deflate(JSON.stringify(chunk), { level: 1 });
  }

  private column(column: number, from: number): number[] {
    const { numbers } = this;
    const values: number[] = [];
    for (let at = column; at < numbers.length; at += WIDTH) values.push((numbers[at] ?? 0) - from);
    return values;
  }

  private append(text: string): number {
    this.characters += text.length;
    return this.texts.push(text) - 1;
  }

  /** The number of a text, which is kept once. */
  private text(text: string): number {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const index = this.append(text);
    this.known.set(text, index);
    return index;
  }

  /** Many requests share the object of their user. */
  private user(user: UserInfo): number {
    const known = this.users.get(user);
    if (known !== undefined) return known;
    const index = this.text(JSON.stringify(userOf(user)));
    this.users.set(user, index);
    return index;
  }
}
