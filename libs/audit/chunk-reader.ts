import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { STAGES } from '#apiserver';
import type { AuditRecord, AuditUser } from './audit-record.js';
import { type Chunk, DECISIONS, type Details, LEVELS, NONE } from './chunk-format.js';
import { LOG_LIMITS } from './limits.js';

const NO_DETAILS: Details = { reason: '', message: '', errors: [], warnings: [], annotations: {}, admission: [] };

const inflate = promisify(inflateRaw);

/** The JSON of a chunk, which contains each text of its events. */
export async function inflated(body: Buffer): Promise<string> {
  return (await inflate(body, { maxOutputLength: LOG_LIMITS.decodedChunk })).toString('utf8');
}

function recordOf({ texts, from, columns }: Chunk, row: number): AuditRecord {
  let column = 0;
  const number = (): number => columns[column++]?.[row] ?? 0;
  const text = (): string => texts[number()] ?? '';
  const user = (): AuditUser | undefined => {
    const found = text();
    return found === '' ? undefined : (JSON.parse(found) as AuditUser);
  };
  const at = from + number();
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
    sourceIPs: address === '' ? [] : address.split(','),
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

/** The records of an inflated chunk; none of one in an earlier form. */
export function decodeChunk(json: string): AuditRecord[] {
  const { texts = [], from = 0, columns = [] } = JSON.parse(json) as Partial<Chunk>;
  return Array.from(columns[0] ?? [], (_, row) => recordOf({ texts, from, columns }, row));
}
