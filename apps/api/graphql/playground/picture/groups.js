/** Equal siblings: as many are shown one by one, if there are more than `together` of them; a click on the group shows `more`. */
const bounds = { together: 8, shown: 6, more: 40 };
/** Of an object's events, those that are no warnings are one box: their reasons, in order, tell enough. */
const eventsTogether = 2;
/** The number of boxes up to which a picture is readable; above it, fewer siblings are shown one by one. */
const readable = 250;

const severity = { bad: 0, busy: 1, good: 2, none: 2 };

/** The texts of statuses, the most frequent first: `45 Running, 2 Pending`; of events the reasons. */
function statusesOf(nodes) {
  if (nodes[0].kind === 'Event') return [...new Set(nodes.map(({ label }) => label))].join(', ');
  const counts = new Map();
  for (const { status } of nodes) if (status.text) counts.set(status.text, (counts.get(status.text) ?? 0) + 1);
  const texts = [...counts].sort((a, b) => b[1] - a[1]).map(([text, count]) => `${count} ${text}`);
  return texts.length > 3 ? [...texts.slice(0, 3), '…'].join(', ') : texts.join(', ');
}

const worst = (nodes) =>
  nodes.reduce((tone, { status }) => (severity[status.tone] < severity[tone] ? status.tone : tone), nodes[0].status.tone);

const inBuckets = (entries) => {
  const buckets = new Map();
  for (const [key, id] of entries) buckets.set(key, (buckets.get(key) ?? new Set()).add(id));
  return buckets;
};

class Grouping {
  constructor({ nodes, edges }, expanded, shown) {
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    this.leadsTo = new Map();
    for (const { from, to, fields } of edges) {
      if (!this.leadsTo.has(from)) this.leadsTo.set(from, []);
      this.leadsTo.get(from).push([fields[0], to]);
    }
    this.expanded = expanded;
    this.shown = shown;
    /** What an object is shown as: itself, or its group. */
    this.as = new Map();
    this.boxes = [];
  }

  /** Shows objects that stand at the same place and are of one kind, the worst ones first; the rest as a group. */
  take(place, ids) {
    const open = ids.filter((id) => !this.as.has(id)).map((id) => this.nodes.get(id));
    const { kind } = open[0] ?? {};
    const allowed = this.allowed(open, kind) + bounds.more * (this.expanded.get(place) ?? 0);
    // A group of one is as large as the object.
    const most = open.length - allowed <= 1 ? open.length : allowed;
    const chosen = new Set([...open].sort((a, b) => severity[a.status.tone] - severity[b.status.tone]).slice(0, most));
    const rest = open.filter((node) => !chosen.has(node));
    for (const node of open) if (chosen.has(node)) this.show(node.id, node, [node]);
    if (rest.length > 0) {
      const status = { text: statusesOf(rest), tone: worst(rest) };
      this.show(place, { id: place, kind, count: rest.length, status, path: rest[0].path, isCustom: rest[0].isCustom }, rest);
    }
  }

  allowed(open, kind) {
    if (kind !== 'Event') return open.length > bounds.together ? this.shown : open.length;
    return open.length > eventsTogether ? Math.min(this.shown, open.filter(({ status }) => status.tone === 'bad').length) : open.length;
  }

  show(id, box, members) {
    this.boxes.push({ box, members });
    for (const member of members) this.as.set(member.id, id);
  }

  run() {
    const roots = [...this.nodes.values()].filter(({ root }) => root);
    for (const [kind, ids] of inBuckets(roots.map(({ kind, id }) => [kind, id]))) this.take(`||${kind}`, [...ids]);
    for (let at = 0; at < this.boxes.length; at += 1) {
      const { box, members } = this.boxes[at];
      const targets = members.flatMap(({ id }) => this.leadsTo.get(id) ?? []);
      for (const [key, ids] of inBuckets(targets.map(([field, to]) => [`${field}|${this.nodes.get(to).kind}`, to])))
        this.take(`${box.id}|${key}`, [...ids]);
    }
  }
}

function edgesBetween(edges, as) {
  const found = new Map();
  for (const { from, to, fields } of edges) {
    const [a, b] = [as.get(from), as.get(to)];
    if (a === b || a === undefined || b === undefined) continue;
    const known = found.get(`${a}\n${b}`) ?? found.get(`${b}\n${a}`);
    if (!known) found.set(`${a}\n${b}`, { from: a, to: b, fields: [...fields], count: 1 });
    else {
      known.fields = [...new Set([...known.fields, ...fields])];
      known.count += 1;
    }
  }
  return [...found.values()];
}

/**
 * The boxes of a picture of a graph: its nodes, where many objects of one kind stand at the same place only some of them, and for the others
 * one box with their `count`. `expanded` has, by a group's id, how often more of it were asked for.
 */
export function groupsOf(graph, expanded = new Map()) {
  for (const shown of [bounds.shown, 3, 1, 0]) {
    const grouping = new Grouping(graph, expanded, shown);
    grouping.run();
    if (grouping.boxes.length > readable && shown > 0 && expanded.size === 0) continue;
    return { boxes: grouping.boxes.map(({ box }) => box), edges: edgesBetween(graph.edges, grouping.as) };
  }
}
