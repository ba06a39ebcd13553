import type { flowcontrolv1 } from '#api';
import { Memo } from '#apimachinery';
import type { AuthorizationAttributes } from '../authorization/authorization.js';
import type { UserInfo } from '../rest/strategy.js';

/** The objects that classify requests; `version` changes whenever one of them does, and is undefined while they are not known. */
export interface PriorityObjects {
  version(): number | undefined;
  flowSchemas(): readonly flowcontrolv1.FlowSchema[];
  priorityLevels(): readonly flowcontrolv1.PriorityLevelConfiguration[];
}

/** A priority level with its share of the cluster's seats. */
export interface PriorityLevel {
  readonly name: string;
  readonly uid: string;
  readonly seats: number;
  /** Its share, without what it may borrow. */
  readonly nominal: number;
  readonly exempt: boolean;
  /** Requests are rejected at once if there is no free seat (limitResponse Reject). */
  readonly reject: boolean;
  /** Requests that may wait in one queue. */
  readonly queueLength: number;
}

/** The classification of a request. */
export interface Flow {
  readonly level: PriorityLevel;
  /** FlowSchema and distinguisher: requests of the same flow share a queue. */
  readonly id: string;
  /** Name and uid of the FlowSchema; '' if none matches. */
  readonly schema: string;
  readonly schemaUid: string;
}

type Rules = flowcontrolv1.PolicyRulesWithSubjects;

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes('*') || values.includes(value));

function subjectMatches({ kind, user, group, serviceAccount }: flowcontrolv1.Subject, asked: UserInfo): boolean {
  if (kind === 'User') return user?.name === '*' || user?.name === asked.name;
  if (kind === 'Group') return group?.name === '*' || asked.groups.includes(group?.name ?? '');
  const { namespace = '', name = '' } = serviceAccount ?? {};
  const prefix = `system:serviceaccount:${namespace}:`;
  return name === '*' ? asked.name.startsWith(prefix) : asked.name === prefix + name;
}

function urlMatches(urls: readonly string[], path: string): boolean {
  return urls.some((url) => url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1))));
}

function ruleMatches({ subjects, resourceRules = [], nonResourceRules = [] }: Rules, asked: AuthorizationAttributes): boolean {
  if (!subjects.some((subject) => subjectMatches(subject, asked.user))) return false;
  const { verb, isResource, path, group, resource, subresource, namespace } = asked;
  if (!isResource) return nonResourceRules.some(({ verbs, nonResourceURLs }) => has(verbs, verb) && urlMatches(nonResourceURLs, path));
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return resourceRules.some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, group) &&
      has(rule.resources, full) &&
      (namespace === '' ? rule.clusterScope === true : has(rule.namespaces, namespace)),
  );
}

/** The flow schemas in matching order: by precedence, then by name (util/flowcontrol/apf_controller.go). */
function inOrder(schemas: readonly flowcontrolv1.FlowSchema[]): flowcontrolv1.FlowSchema[] {
  const precedence = ({ spec }: flowcontrolv1.FlowSchema): number => spec?.matchingPrecedence ?? 1000;
  return [...schemas].sort((a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The levels' seats, in proportion to their shares; the exempt level may take all seats. */
function levelsOf(objects: readonly flowcontrolv1.PriorityLevelConfiguration[], seats: number): Map<string, PriorityLevel> {
  const shares = ({ spec }: flowcontrolv1.PriorityLevelConfiguration): number => spec?.limited?.nominalConcurrencyShares ?? 30;
  const limited = objects.filter(({ spec }) => spec?.type !== 'Exempt');
  const sum = limited.reduce((total, level) => total + shares(level), 0);
  return new Map(
    objects.map((object): [string, PriorityLevel] => {
      const { name, uid = '' } = object.metadata;
      const exempt = object.spec?.type === 'Exempt';
      const { type, queuing } = object.spec?.limited?.limitResponse ?? {};
      const nominal = exempt ? 0 : Math.ceil((seats * shares(object)) / sum);
      return [
        name,
        {
          name,
          uid,
          // A level may borrow seats that others do not use, as upstream by default (lendable seats): the limit is the cluster's share.
          seats: exempt ? seats : Math.max(1, nominal, borrowed(object, seats)),
          nominal,
          exempt,
          reject: !exempt && type === 'Reject',
          queueLength: queuing?.queueLengthLimit ?? 50,
        },
      ];
    }),
  );
}

/** The seats up to which a level may borrow: all, unless its borrowingLimitPercent says less. */
function borrowed({ spec }: flowcontrolv1.PriorityLevelConfiguration, seats: number): number {
  const percent = spec?.limited?.borrowingLimitPercent;
  return percent === undefined ? Math.ceil(seats * 0.75) : Math.min(seats, Math.ceil((seats * percent) / 100));
}

/** Used while the cluster's levels are not known. */
const catchAll = (seats: number): PriorityLevel => ({
  name: 'catch-all',
  uid: '',
  seats,
  nominal: seats,
  exempt: false,
  reject: false,
  queueLength: 50,
});

/** Classifies requests by the cluster's FlowSchemas and PriorityLevelConfigurations. */
export class PriorityLevels {
  private version: number | undefined;
  private schemas: readonly flowcontrolv1.FlowSchema[] = [];
  private levels: ReadonlyMap<string, PriorityLevel> = new Map();
  private flows = new Memo<Flow>({ bytes: 128 * 1024 });
  /** What of each user the schemas look at. */
  private readonly subjects = new WeakMap<UserInfo, string>();
  private seats = 0;

  constructor(private readonly objects: PriorityObjects) {}

  /** The flow of a request in a cluster with so many seats; catch-all if no schema matches or the schema's level does not exist. */
  flowOf(asked: AuthorizationAttributes, seats: number): Flow {
    this.refresh(seats);
    const { user, verb, isResource, path, group, resource, subresource, namespace } = asked;
    const what = isResource ? `${group}/${resource}/${subresource} ${namespace}` : path;
    return this.flows.of(`${this.subjectOf(user)}\n${verb}\n${what}`, () => this.classify(asked, seats));
  }

  /** The levels of a cluster with so many seats. */
  all(seats: number): PriorityLevel[] {
    this.refresh(seats);
    return [...this.levels.values()];
  }

  private classify(asked: AuthorizationAttributes, seats: number): Flow {
    const schema = this.schemas.find(({ spec }) => spec?.rules?.some((rule) => ruleMatches(rule, asked)));
    const level = this.levels.get(schema?.spec?.priorityLevelConfiguration.name ?? '') ?? this.levels.get('catch-all') ?? catchAll(seats);
    if (schema === undefined) return { level, id: level.name, schema: '', schemaUid: '' };
    const method = schema.spec?.distinguisherMethod?.type;
    const distinguisher = method === 'ByUser' ? asked.user.name : method === 'ByNamespace' ? asked.namespace : '';
    return { level, id: `${schema.metadata.name}\n${distinguisher}`, schema: schema.metadata.name, schemaUid: schema.metadata.uid ?? '' };
  }

  private subjectOf(user: UserInfo): string {
    const known = this.subjects.get(user);
    if (known !== undefined) return known;
    const subject = [user.name, ...user.groups].join('\n');
    this.subjects.set(user, subject);
    return subject;
  }

  private refresh(seats: number): void {
    const version = this.objects.version();
    if (version === this.version && version !== undefined && seats === this.seats) return;
    this.version = version;
    this.seats = seats;
    this.schemas = inOrder(this.objects.flowSchemas());
    this.levels = levelsOf(this.objects.priorityLevels(), seats);
    this.flows = new Memo({ bytes: 128 * 1024 });
  }
}
