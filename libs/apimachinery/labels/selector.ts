import { Memo } from '../memo.js';
import { getOwn } from '../own-key.js';
import { badRequest } from '../status-errors.js';
import { parseRequirements } from './parser.js';
import { newRequirement, Requirement, SelectorError, type SelectorOperator } from './requirement.js';

/** The labels that a selector is matched against. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** A label selector: all its requirements must match (labels.Selector). */
export class LabelSelector {
  /** `selectable` false: the selector that matches nothing. */
  private constructor(
    readonly requirements: readonly Requirement[],
    private readonly selectable: boolean,
  ) {}

  private static readonly all = new LabelSelector([], true);
  private static readonly none = new LabelSelector([], false);

  static everything(): LabelSelector {
    return LabelSelector.all;
  }

  static nothing(): LabelSelector {
    return LabelSelector.none;
  }

  /** Requirements are kept sorted by key, as upstream does. */
  static of(requirements: readonly Requirement[]): LabelSelector {
    const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return sorted.length === 0 ? LabelSelector.all : new LabelSelector(sorted, true);
  }

  matches(labels: Labels): boolean {
    if (!this.selectable) return false;
    for (const requirement of this.requirements) if (!requirement.matches(labels)) return false;
    return true;
  }

  /** Everything matches. */
  get empty(): boolean {
    return this.selectable && this.requirements.length === 0;
  }

  /** Nothing can match. */
  get matchesNothing(): boolean {
    return !this.selectable;
  }

  /** The value that a label must have, if the selector requires one. */
  requiresExactMatch(key: string): string | undefined {
    const requirement = this.requirements.find((candidate) => candidate.key === key);
    if (requirement?.values.length !== 1) return undefined;
    return ['=', '==', 'in'].includes(requirement.operator) ? requirement.values[0] : undefined;
  }

  /** The canonical text: requirements sorted by key, with sorted values. */
  toString(): string {
    return this.requirements.join(',');
  }
}

// A parsed selector is many times larger than its text.
const parsed = new Memo<LabelSelector>({ bytes: 128 * 1024, longest: 512 });

/** Parses `app=web,tier in (a,b),!gone`. Throws a 400 StatusError with upstream's message. Results are shared and immutable. */
export function parseLabelSelector(text: string): LabelSelector {
  try {
    return parsed.of(text, (own) => LabelSelector.of(parseRequirements(own)));
  } catch (error) {
    throw error instanceof SelectorError ? badRequest(error.message) : error;
  }
}

/** meta/v1 LabelSelector, as used in objects. */
export interface LabelSelectorSpec {
  matchLabels?: Record<string, string>;
  matchExpressions?: Array<{ key: string; operator: string; values?: string[] }>;
}

const SPEC_OPERATORS: Readonly<Record<string, SelectorOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/**
 * An object's selector in executable form: none matches nothing, an empty one everything. Throws SelectorError for a selector that
 * validation should have rejected.
 */
export function labelSelectorAsSelector(spec: LabelSelectorSpec | undefined | null): LabelSelector {
  if (!spec) return LabelSelector.nothing();
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(spec.matchLabels ?? {})) requirements.push(newRequirement(key, '=', [value]));
  for (const { key, operator, values } of spec.matchExpressions ?? []) {
    const known = getOwn(SPEC_OPERATORS, operator);
    if (known === undefined) throw new SelectorError(`"${operator}" is not a valid label selector operator`);
    requirements.push(newRequirement(key, known, values ?? []));
  }
  return LabelSelector.of(requirements);
}

const ofObjects = new WeakMap<LabelSelectorSpec, LabelSelector>();

/** The same, but an invalid one matches nothing. It is parsed once for an object: objects are not modified. */
export function selectorOfObject(spec: LabelSelectorSpec | undefined | null): LabelSelector {
  if (!spec) return LabelSelector.nothing();
  let selector = ofObjects.get(spec);
  if (selector === undefined) {
    selector = parsedOrNothing(spec);
    ofObjects.set(spec, selector);
  }
  return selector;
}

function parsedOrNothing(spec: LabelSelectorSpec): LabelSelector {
  try {
    return labelSelectorAsSelector(spec);
  } catch (error) {
    if (error instanceof SelectorError) return LabelSelector.nothing();
    throw error;
  }
}

/** A selector of `key=value` pairs, e.g. a Service's. None or empty: matches everything (SelectorFromSet). */
export function selectorFromSet(set: Labels): LabelSelector {
  return LabelSelector.of(Object.entries(set ?? {}).map(([key, value]) => new Requirement(key, '=', [value])));
}

/**
 * The text of an object's selector in kubectl and tables (FormatLabelSelector): `<none>` for an empty one, `<error>` for an invalid one.
 */
export function formatLabelSelector(spec: LabelSelectorSpec | undefined | null): string {
  try {
    const text = labelSelectorAsSelector(spec).toString();
    return text === '' ? '<none>' : text;
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}
