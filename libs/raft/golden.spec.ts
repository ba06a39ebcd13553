import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { emptyDisk, Group } from './group.js';
import type { Message } from './message.js';

const FOLDER = path.join(import.meta.dirname, 'testdata');

function lineOf(message: Message): string {
  const { type, from, to, term, ...rest } = message;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return [`${from}>${to} ${type} term=${term}`, ...details].join(' ');
}

class Scenario {
  private readonly lines: string[] = [];
  private readonly group = new Group(
    { electionTicks: 10, heartbeatTicks: 1, draw: (node, nth, below) => (node * 3 + nth * 7) % below },
    (node, { committed, reads }) => {
      for (const { index, term, data, change } of committed) {
        const what = change ? `${change.change} ${change.node}` : data || '(empty)';
        this.lines.push(`${node} applies ${index}/${term} ${what}`);
      }
      for (const { context, index } of reads) this.lines.push(`${node} reads ${context} at ${index}`);
    },
  );

  run(command: string): string[] {
    this.lines.length = 0;
    const [verb = '', ...words] = command.split(' ');
    const numbers = words.map(Number);
    const [one = 0, other = 0] = numbers;
    switch (verb) {
      case 'nodes':
        for (const node of numbers) this.group.start(node, emptyDisk({ voters: numbers, learners: [] }, { index: 1, term: 1 }));
        break;
      case 'join':
        this.group.start(one, emptyDisk({ voters: [], learners: [] }, { index: 0, term: 0 }));
        break;
      case 'tick':
        for (let count = 0; count < (other || 1); count += 1) this.tick(words[0] ?? '');
        break;
      case 'deliver':
        for (const message of this.group.deliver()) this.lines.push(lineOf(message));
        break;
      case 'status':
        this.status();
        break;
      default:
        this.fault(verb, one, other) || this.ask(verb, words);
    }
    return this.lines;
  }

  private tick(which: string): void {
    if (which === 'all') {
      this.group.tick();
      return;
    }
    this.group.nodes.get(Number(which))?.tick();
    this.group.collect(Number(which));
  }

  private fault(verb: string, one: number, other: number): boolean {
    if (verb === 'cut' || verb === 'mend') this.group.cut(one, other, verb === 'cut');
    else if (verb === 'stop') this.group.stop(one);
    else if (verb === 'start') this.group.start(one);
    else if (verb === 'pause' || verb === 'resume') this.group.pause(one, verb === 'pause');
    else return false;
    return true;
  }

  private ask(verb: string, [id = '', first = '', second = '']: readonly string[]): void {
    const node = this.group.nodes.get(Number(id));
    if (node === undefined) throw new Error(`there is no node ${id}`);
    const change = first as 'addVoter' | 'addLearner' | 'remove';
    const requests = new Map<string, () => unknown>([
      ['propose', () => node.propose(first)],
      ['change', () => node.propose('', { change, node: Number(second) })],
      ['transfer', () => node.transferTo(Number(first))],
      ['read', () => node.readIndex(first)],
      ['compact', () => node.compact()],
    ]);
    const request = requests.get(verb);
    if (request === undefined) throw new Error(`unknown command ${verb}`);
    if (request() === false) this.lines.push('refused');
    this.group.collect(Number(id));
  }

  private status(): void {
    for (const [id, { role, term, leader, log, configuration }] of this.group.nodes) {
      const { voters, learners } = configuration;
      const members = `voters=${voters.join(',')}${learners.length > 0 ? ` learners=${learners.join(',')}` : ''}`;
      this.lines.push(
        `${id} ${role} term=${term} leader=${leader} last=${log.lastIndex}/${log.lastTerm} commit=${log.committed} ${members}`,
      );
    }
  }
}

function played(text: string): string {
  const scenario = new Scenario();
  return text
    .split('\n')
    .filter((line) => line === '' || line.startsWith('#') || line.startsWith('> '))
    .flatMap((line) => (line.startsWith('> ') ? [line, ...scenario.run(line.slice(2))] : [line]))
    .join('\n');
}

describe('a Raft group', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
  it.each(files)('%s', (file) => {
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    const now = played(text);
    if (process.env.UPDATE) writeFileSync(path.join(FOLDER, file), now);
    else expect(now).toBe(text);
  });
});
