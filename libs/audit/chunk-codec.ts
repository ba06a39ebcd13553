import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { AUDIT_LIMITS, type AuditEvent, STAGES, type UserInfo } from '#apiserver';
import type { AuditRecord, AuditUser } from './audit-record.js';
import { LOG_LIMITS } from './limits.js';

/** An event with the time of the machine at which its request arrived. */
export interface TimedEvent {
  event: AuditEvent;
  at: number;
}

/** Events as they are stored: each text once, and a row of numbers (of times, and of texts) for each event. */
interface Chunk {
  texts: readonly string[];
  rows: readonly number[][];
}

/** What few events have; stored as one text. */
type Details = Pick<AuditRecord, 'errors' | 'warnings' | 'annotations' | 'admission'> & { reason: string; message: string };

const NO_DETAILS: Details = { reason: '', message: '', errors: [], warnings: [], annotations: {}, admission: [] };
const LEVELS = ['None', 'Metadata', 'Request'] as const;
const DECISIONS = ['', 'allow', 'forbid'] as const;
const NONE = -1;

/** Gives each text its number. */
class Texts {
  readonly all: string[] = [];
  private readonly known = new Map<string, number>();
  private readonly users = new Map<UserInfo, number>();

  of(text: string): number {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const index = this.all.push(text) - 1;
    this.known.set(text, index);
    return index;
  }

  /** Many requests share the object of their user. */
  user(user: UserInfo): number {
    const known = this.users.get(user);
    if (known !== undefined) return known;
    const index = this.of(JSON.stringify(userOf(user)));
    this.users.set(user, index);
    return index;
  }
}

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

/** The members of an event in the order of `recordOf`. Every request is encoded: no lists are made on the way. */
function rowOf({ event, at }: TimedEvent, texts: Texts): number[] {
  const { flow, impersonator, took } = event;
  const asked = event.attributes ?? NOTHING;
  const row = [
    at,
    event.clusterTime - at,
    texts.of(event.id),
    texts.of(event.method),
    texts.of(asked.verb),
    texts.of(event.uri),
    texts.of(event.userAgent),
    texts.of(event.address),
    texts.of(asked.group),
    texts.of(asked.version),
    texts.of(asked.resource),
    texts.of(asked.subresource),
    texts.of(asked.namespace),
    texts.of(asked.name || event.objectName),
    texts.of(event.reason),
    flow ? texts.of(flow.schema) : NONE,
    flow ? texts.of(flow.level.name) : NONE,
    asked.user ? texts.user(asked.user) : NONE,
    impersonator ? texts.user(impersonator) : NONE,
    hasDetails(event) ? texts.of(JSON.stringify(detailsOf(event))) : NONE,
    asked.isResource ? 1 : 0,
    LEVELS.indexOf(event.level),
    DECISIONS.indexOf(event.decision ?? ''),
    event.dryRun ? 1 : 0,
    event.code,
    event.revision ?? NONE,
    micros(event.total),
  ];
  for (const milliseconds of took) row.push(micros(milliseconds));
  return row;
}

/** Events as one compressed chunk. */
export async function encodeChunk(events: readonly TimedEvent[]): Promise<Buffer> {
  const texts = new Texts();
  const rows = events.map((event) => rowOf(event, texts));
  const chunk: Chunk = { texts: texts.all, rows };
  return promisify(deflateRaw)(JSON.stringify(chunk), { level: 1 });
}

/** The JSON of a chunk, which contains each text of its events. */
export async function inflated(body: Buffer): Promise<string> {
  return (await promisify(inflateRaw)(body, { maxOutputLength: LOG_LIMITS.decodedChunk })).toString('utf8');
}

function recordOf(row: readonly number[], texts: readonly string[]): AuditRecord {
  let column = 0;
  const number = (): number => row[column++] ?? 0;
  const text = (): string => texts[number()] ?? '';
  const user = (): AuditUser | undefined => {
    const found = text();
    return found === '' ? undefined : (JSON.parse(found) as AuditUser);
  };
  const at = number();
  const clusterTime = at + number();
  const [auditID, method, verb, requestURI, userAgent, address, apiGroup, apiVersion, resource, subresource, namespace, name, reason] =
    Array.from({ length: 13 }, text) as Texted;
  const [flowSchema, priorityLevel] = [text(), text()];
  const effective = user();
  const impersonator = user();
  const found = text();
  const { reason: failure, message, ...details } = found === '' ? NO_DETAILS : (JSON.parse(found) as Details);
  const isResource = number() === 1;
  const level = LEVELS[number()] ?? 'None';
  const decision = DECISIONS[number()] ?? '';
  const dryRun = number() === 1;
  const code = number();
  const revision = number();
  const milliseconds = number() / 1000;
  const stages = STAGES.map((stage) => ({ stage, milliseconds: number() / 1000 })).filter((took) => took.milliseconds > 0);
  const authorized: Record<string, string> =
    decision === '' ? {} : { 'authorization.k8s.io/decision': decision, 'authorization.k8s.io/reason': reason };
  const given = (members: Record<string, string>) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''));
  return {
    auditID,
    level,
    requestReceivedTimestamp: new Date(at).toISOString(),
    clusterTime: new Date(clusterTime).toISOString(),
    method,
    verb,
    requestURI,
    user: impersonator ?? effective ?? { username: '', groups: [] },
    ...(impersonator && effective ? { impersonatedUser: effective } : {}),
    sourceIPs: address === '' ? [] : [address],
    userAgent,
    ...(isResource ? { objectRef: { resource, apiVersion, ...given({ namespace, name, apiGroup, subresource }) } } : {}),
    dryRun,
    responseStatus: { code, ...given({ reason: failure, message }) },
    ...details,
    annotations: { ...authorized, ...details.annotations },
    ...(priorityLevel === '' ? {} : { flow: { flowSchema, priorityLevel } }),
    ...(revision === NONE ? {} : { revision }),
    stages,
    milliseconds,
  };
}

type Texted = [string, string, string, string, string, string, string, string, string, string, string, string, string];

/** The records of an inflated chunk. */
export function decodeChunk(json: string): AuditRecord[] {
  const { texts, rows } = JSON.parse(json) as Chunk;
  return rows.map((row) => recordOf(row, texts));
}
