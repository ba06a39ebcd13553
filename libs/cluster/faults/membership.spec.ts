import { describe, expect, it } from '@jest/globals';
import type { EtcdChange } from '#node';
import { changedPeers, type EtcdPeer } from './membership.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const url = (name: string): string => `https://${name}:2380`;
const voter = (name: string): EtcdPeer => ({ id: `id-${name}`, node: name, peerURLs: [url(name)] });
const learner = (name: string): EtcdPeer => ({ ...voter(name), isLearner: true });
const unstarted = ({ node: _, ...peer }: EtcdPeer): EtcdPeer => peer;
const three = ['a', 'b', 'c'].map(voter);

interface Given {
  down?: readonly string[];
  behind?: readonly string[];
}

function changed(peers: readonly EtcdPeer[], change: EtcdChange, { down = [], behind = [] }: Given = {}): readonly EtcdPeer[] {
  return changedPeers(peers, change, { now: NOW, isConnected: (node) => !down.includes(node), isInSync: (node) => !behind.includes(node) });
}

const add = (...names: string[]): EtcdChange => ({ change: 'add', peerURLs: names.map(url), isLearner: false });
const addLearner = (name: string): EtcdChange => ({ change: 'add', peerURLs: [url(name)], isLearner: true });
const remove = (name: string): EtcdChange => ({ change: 'remove', id: `id-${name}` });
const promote = (name: string): EtcdChange => ({ change: 'promote', id: `id-${name}` });
const update = (name: string, ...to: string[]): EtcdChange => ({ change: 'update', id: `id-${name}`, peerURLs: to.map(url) });

const NOT_STARTED = 'etcdserver: re-configuration failed due to not enough started members';
const UNHEALTHY = 'etcdserver: unhealthy cluster';

describe('members of etcd', () => {
  it.each<[string, readonly EtcdPeer[], EtcdChange, string, Given?]>([
    ['is added to one', [voter('a')], add('b'), 'a +b'],
    ['is added to three', three, add('d'), 'a b c +d'],
    ['is added as a learner', three, addLearner('d'), 'a b c +d?'],
    ['is removed', three, remove('c'), 'a b'],
    ['is removed while it is down', three, remove('c'), 'a b', { down: ['c'] }],
    ['is removed of two', three.slice(0, 2), remove('a'), 'b'],
    ['is removed that was never started', [...three, unstarted(voter('d'))], remove('d'), 'a b c'],
    ['is removed that learns, while others are down', [...three, learner('d')], remove('d'), 'a b c', { down: ['b'] }],
    ['is promoted', [...three, learner('d')], promote('d'), 'a b c d'],
    ['gets another URL', three, update('b', 'x'), 'a x c'],
  ])('one %s', (_, peers, change, want, given = {}) => {
    const text = changed(peers, change, given).map(({ node, peerURLs = [], isLearner }) => {
      const name = peerURLs.join().replace(/https:\/\/(\w+):2380/g, '$1');
      return `${node === undefined ? '+' : ''}${name}${isLearner ? '?' : ''}`;
    });
    expect(text.join(' ')).toBe(want);
  });

  it.each<[string, readonly EtcdPeer[], EtcdChange, string, Given?]>([
    [
      'URLs that are none',
      three,
      { change: 'add', peerURLs: ['10.0.0.4:2380'], isLearner: false },
      'etcdserver: given member URLs are invalid',
    ],
    [
      'URLs with a path',
      three,
      { change: 'add', peerURLs: ['http://d:1/x'], isLearner: true },
      'etcdserver: given member URLs are invalid',
    ],
    ['URLs of a member', three, add('b'), 'etcdserver: Peer URLs already exists'],
    ['a second voter that is not started', [voter('a'), unstarted(voter('b'))], add('c'), NOT_STARTED],
    ['a voter while one is not started', [...three, unstarted(voter('d'))], add('e'), UNHEALTHY],
    ['a voter while one is down', three, add('d'), UNHEALTHY, { down: ['c'] }],
    ['a learner while one is down', three, addLearner('d'), UNHEALTHY, { down: ['c'] }],
    ['a second learner', [...three, learner('d')], addLearner('e'), 'etcdserver: too many learner members in cluster'],
    ['the removal of the last one', [voter('a')], remove('a'), NOT_STARTED],
    ['the removal of the last voter', [voter('a'), learner('b')], remove('a'), NOT_STARTED],
    ['a removal after which no majority works', three, remove('b'), UNHEALTHY, { down: ['c'] }],
    ['the removal of nobody', three, remove('x'), 'etcdserver: member not found'],
    ['the promotion of nobody', three, promote('x'), 'etcdserver: member not found'],
    ['the promotion of a voter', three, promote('a'), 'etcdserver: can only promote a learner member'],
    [
      'the promotion of one that lags behind',
      [...three, learner('d')],
      promote('d'),
      'etcdserver: can only promote a learner member which is in sync with leader',
      { behind: ['d'] },
    ],
    [
      'the promotion of one that is not started',
      [...three, unstarted(learner('d'))],
      promote('d'),
      'etcdserver: can only promote a learner member which is in sync with leader',
    ],
    ['another URL of nobody', three, update('x', 'y'), 'etcdserver: member not found'],
    ['the URL of another', three, update('a', 'b'), 'etcdserver: Peer URLs already exists'],
  ])('refuse %s', (_, peers, change, message, given = {}) => {
    expect(() => changed(peers, change, given)).toThrow(message);
  });

  it('have ids of their URLs and the time that they were added at', () => {
    const ids = [add('d', 'e'), add('e', 'd'), add('d')].map((change) => changed(three, change).at(-1)?.id);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
  });
});
