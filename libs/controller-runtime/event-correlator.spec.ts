import { describe, expect, it } from '@jest/globals';
import { SteppedClock } from '#apimachinery';
import { EventCorrelator } from './event-correlator.js';

const SECOND = 1000;

function correlator() {
  const clock = new SteppedClock(0);
  const of = new EventCorrelator<string>(clock, () => 's');
  const send = (message: string, more: { subject?: string; reason?: string } = {}) => {
    const outcome = of.correlate({ subject: 'pod', fieldPath: '', type: 'Normal', reason: 'Pulled', message, ...more });
    if (outcome.action === 'skip') return 'skip';
    return outcome.action === 'count' ? `${outcome.message} x${outcome.count}` : outcome.message;
  };
  return { clock, send };
}

describe('EventCorrelator', () => {
  it('counts repeated events', () => {
    const { send } = correlator();
    expect([send('a'), send('b'), send('a'), send('a'), send('a', { subject: 'other' })]).toEqual(['a', 'b', 'a x2', 'a x3', 'a']);
  });

  it('aggregates events that differ only in their message, from the tenth on', () => {
    const { clock, send } = correlator();
    const sent = Array.from({ length: 12 }, (_, index) => send(`m${index}`));
    expect(sent.slice(8)).toEqual([
      'm8',
      '(combined from similar events): m9',
      '(combined from similar events): m10 x2',
      '(combined from similar events): m11 x3',
    ]);
    clock.advance(601 * SECOND);
    expect(send('m12')).toBe('m12');
  });

  it('drops more than 25 events about one object, and allows one every five minutes', () => {
    const { clock, send } = correlator();
    const sent = Array.from({ length: 30 }, () => send('a'));
    expect([sent[24], sent.slice(25)]).toEqual(['a x25', ['skip', 'skip', 'skip', 'skip', 'skip']]);
    expect(send('a', { subject: 'other' })).toBe('a');
    clock.advance(300 * SECOND);
    expect([send('a'), send('a')]).toEqual(['a x31', 'skip']);
  });

  it('only counts if aggregation is off', () => {
    const plain = new EventCorrelator<string>(new SteppedClock(0), () => 's', false);
    const event = { subject: 'pod', fieldPath: '', type: 'Warning', reason: 'FailedScheduling', message: '' };
    const outcomes = Array.from({ length: 40 }, () => plain.correlate(event));
    expect(outcomes.at(-1)).toEqual({ action: 'count', message: '', count: 40, state: 's' });
  });

  it('forgets the messages that were used least recently, of more than 4,096', () => {
    const plain = new EventCorrelator<string>(new SteppedClock(0), () => 's', false);
    const send = (n: number) =>
      plain.correlate({ subject: `pod-${n}`, fieldPath: '', type: 'Normal', reason: 'Pulled', message: '' }).action;
    for (let n = 0; n < 4_096; n += 1) send(n);
    expect([send(0), send(2), send(4_096), send(4_097)]).toEqual(['count', 'count', 'create', 'create']);
    expect([send(0), send(2), send(5), send(1), send(3)]).toEqual(['count', 'count', 'count', 'create', 'create']);
  });
});
