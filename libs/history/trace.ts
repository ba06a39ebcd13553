import type { LogEntry } from '#storage';
import { type ChainStep, EventChain } from './chain.js';
import { type FieldChange, fieldChanges } from './diff.js';
import type { HistoryEntry } from './history.js';

/** One step of a trace: a step of a chain with what it changed. */
export interface TraceStep extends Omit<ChainStep, 'object' | 'previousRevision'> {
  /** For an update; unset where the value before is not known. */
  changes?: FieldChange[];
}

/** Changes of a step that its line shows. */
const SHOWN = 3;
const LONGEST_VALUE = 40;

function changesOf({ value, previousValue }: LogEntry): FieldChange[] | undefined {
  return previousValue === undefined ? undefined : fieldChanges(JSON.parse(previousValue), JSON.parse(value));
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
    const steps = this.chain.next(entry);
    if (steps.length === 0) return;
    for (const step of steps) this.steps.push(tracedStep(step, entry));
    this.kept += entry.value.length + (entry.previousValue?.length ?? 0);
  }
}

function tracedStep({ object: _, previousRevision: __, ...step }: ChainStep, entry: LogEntry): TraceStep {
  const changes = step.type === 'UPDATED' ? changesOf(entry) : undefined;
  return { ...step, ...(changes && { changes }) };
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

/** A write in words: its summary, and the first fields that it changed. */
export function writeText(summary: string, changes: readonly FieldChange[] | null | undefined): string {
  if (!changes || changes.length === 0) return summary;
  const more = changes.length > SHOWN ? `, ${changes.length - SHOWN} more` : '';
  return `${summary} (${changes.slice(0, SHOWN).map(changeText).join(', ')}${more})`;
}

/** A trace to read: a line per write, indented by its distance from the first one, with the revision of its cause. */
export function traceText(steps: readonly TraceStep[]): string {
  const [first] = steps;
  if (first === undefined) return '';
  const lines = steps.map(({ revision, depth, sinceStartMs, wokenBy, summary, changes }) => {
    const time = `+${(sinceStartMs / 1000).toFixed(3)}s`.padStart(11);
    const cause = wokenBy === null ? '' : ` ← ${wokenBy}`;
    return `${time}  ${String(revision).padStart(7)}  ${'  '.repeat(Math.min(depth, 20))}${writeText(summary, changes)}${cause}`;
  });
  return `${[`from ${first.at}`, ...lines].join('\n')}\n`;
}
