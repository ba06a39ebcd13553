import type { KubeObject } from '#apimachinery';
import type { LogEntry } from '#storage';
import { type ChainStep, EventChain } from './chain.js';
import { type FieldChange, fieldChanges } from './diff.js';
import type { HistoryEntry } from './history.js';

/** One step of a trace: a write with what it changed, or (a rule) what a component then does without a write. */
export interface TraceStep extends Omit<ChainStep, 'object' | 'previousRevision' | 'type'> {
  type: ChainStep['type'] | 'RULE';
  /** The key of the object that was written, or that the rule is of. */
  key: string;
  /** For an update; unset where the value before is not known. */
  changes?: FieldChange[];
}

/** Changes of a step that its line shows. */
const SHOWN = 3;
const LONGEST_VALUE = 40;
const SERVICE_LABEL = 'kubernetes.io/service-name';

function changesOf({ value, previousValue, type }: LogEntry): FieldChange[] | undefined {
  if (previousValue === undefined || type === 'delete') return undefined;
  return fieldChanges(JSON.parse(previousValue), JSON.parse(value));
}

/** Follows writes through a log whose entries are given in order, each with its previous value. */
export class Trace {
  readonly steps: TraceStep[] = [];
  /** Characters of the values that steps tell the changes of. */
  kept = 0;
  private readonly chain: EventChain;

  constructor(isStart: (entry: HistoryEntry) => boolean) {
    this.chain = new EventChain(isStart);
  }

  add(entry: LogEntry): void {
    const step = this.chain.next(entry);
    if (!step) return;
    this.steps.push(tracedStep(step, entry));
    this.kept += entry.value.length + (entry.previousValue?.length ?? 0);
    const rule = ruleAfter(step);
    if (rule) this.steps.push(rule);
  }
}

function tracedStep({ object: _, previousRevision: __, ...step }: ChainStep, entry: LogEntry): TraceStep {
  const changes = changesOf(entry);
  return { ...step, key: entry.key, ...(changes && { changes }) };
}

/** What kube-proxy makes of an EndpointSlice of a Service: a rule on each node where it runs, which is in no object. */
function ruleAfter({ object, previousRevision: _, ...step }: ChainStep): TraceStep | undefined {
  const service = object.metadata.labels?.[SERVICE_LABEL];
  if (object.kind !== 'EndpointSlice' || object.apiVersion !== 'discovery.k8s.io/v1' || service === undefined) return undefined;
  const namespace = object.metadata.namespace ?? '';
  const targets = step.type === 'DELETED' ? '' : shownTargets(object);
  return {
    ...step,
    ...{ type: 'RULE', component: 'kube-proxy', user: 'system:kube-proxy', verb: null, wokenBy: step.revision, depth: step.depth + 1 },
    sinceCauseMs: 0,
    key: `/registry/services/specs/${namespace}/${service}`,
    summary: `kube-proxy: connections to Service ${namespace}/${service} ${targets === '' ? 'are refused' : `go to ${targets}`}`,
  };
}

interface Slice extends KubeObject {
  endpoints?: Array<{ addresses: string[]; conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean } }> | null;
  ports?: Array<{ port?: number }> | null;
}

/** The addresses that take connections; those of endpoints that end do while there is no other (pkg/proxy/topology.go). */
function takingAddresses({ endpoints }: Slice): string[] {
  const all = endpoints ?? [];
  const ready = all.filter(({ conditions }) => conditions?.ready !== false);
  const ending = all.filter(({ conditions }) => conditions?.serving === true && conditions.terminating === true);
  return (ready.length > 0 ? ready : ending).flatMap(({ addresses }) => addresses);
}

/** The first targets of a slice, and how many more there are: each address with each port. */
function shownTargets(slice: Slice): string {
  const [addresses, ports] = [takingAddresses(slice), slice.ports ?? []];
  const targets = addresses.slice(0, SHOWN).flatMap((address) => ports.slice(0, SHOWN).map(({ port }) => `${address}:${port}`));
  const more = addresses.length * ports.length - SHOWN;
  return `${targets.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The causes of a write, the first one first: `entries` are the write, the one that woke its writer, and so on. */
export function traceOfCauses(entries: readonly LogEntry[]): TraceStep[] {
  const first = entries.at(-1);
  const trace = new Trace((entry) => entry.revision === first?.revision);
  for (const entry of [...entries].reverse()) trace.add(entry);
  return trace.steps;
}

function shortly(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

const changeText = ({ path, from, to }: FieldChange): string =>
  from === undefined ? `${path} = ${shortly(to)}` : `${path}: ${shortly(from)} → ${shortly(to)}`;

function changesText(changes: readonly FieldChange[] | undefined): string {
  if (changes === undefined || changes.length === 0) return '';
  const more = changes.length > SHOWN ? `, ${changes.length - SHOWN} more` : '';
  return ` (${changes.slice(0, SHOWN).map(changeText).join(', ')}${more})`;
}

/** A trace to read: a line per write, indented by its distance from the first one, with the revision of its cause. */
export function traceText(steps: readonly TraceStep[]): string {
  const [first] = steps;
  if (first === undefined) return '';
  const lines = steps.map(({ revision, depth, sinceStartMs, wokenBy, summary, changes }) => {
    const time = `+${(sinceStartMs / 1000).toFixed(3)}s`.padStart(11);
    const cause = wokenBy === null ? '' : ` ← ${wokenBy}`;
    return `${time}  ${String(revision).padStart(7)}  ${'  '.repeat(Math.min(depth, 20))}${summary}${changesText(changes)}${cause}`;
  });
  return `${[`from ${first.at}`, ...lines].join('\n')}\n`;
}
