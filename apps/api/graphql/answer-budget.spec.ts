import { AnswerBudget } from './answer-budget.js';

const limits = { requests: 2, unread: 100 };

test('requests of a cluster are answered up to a number at once; others have their own', () => {
  const budget = new AnswerBudget(limits);
  const [first] = [budget.open('a'), budget.open('a')];
  expect(() => budget.open('a')).toThrow('2 operations of this cluster are being answered, and 2 is the limit: send fewer at once.');
  budget.open('b').close();
  first?.made(1);
  budget.open('a').close();
});

test('answers that nobody reads are bounded, until they are read', () => {
  const budget = new AnswerBudget(limits);
  const answers = [60, 50].map((length) => {
    const account = budget.open('a');
    account.made(length);
    return account;
  });
  expect(() => budget.open('a')).toThrow(
    '110 characters of answers wait to be read by clients of this cluster, and 100 is the limit: read them, or ask for smaller pages.',
  );
  answers[0]?.close();
  answers[0]?.close();
  answers[0]?.made(1_000);
  budget.open('a').close();
});

test('a client that has gone before its answer was made gives back what it had', () => {
  const budget = new AnswerBudget(limits);
  for (let i = 0; i < 10; i += 1) {
    const account = budget.open('a');
    account.close();
    account.made(1_000);
  }
});
