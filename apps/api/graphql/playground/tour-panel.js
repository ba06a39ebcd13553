// The panel of the tours: their list, or the step of the one that is open, beside its query.
import { filled, requestOf } from './guide.js';
import { operationsIn } from './operation.js';
import { h, useEffect, useRef, useSyncExternalStore } from './packages.js';
import { tours } from './tours/index.js';
import { useWork } from './work-context.js';

const isStream = ({ operation }) => operation !== undefined && operationsIn(operation)[0]?.kind === 'subscription';
/** The tab of a step: subscriptions have one of their own, because they go on. */
const tabOf = ({ steps }, step) => (isStream(steps[step]) ? `tour-${step}` : 'tour');

/** Text with `code` in it. */
const withCode = (text) => text.split('`').map((part, i) => (i % 2 ? h('code', { key: i }, part) : part));

/** How long a tour is, and what it does to the cluster. */
const factsOf = ({ steps, undo }) => `${steps.length} steps · ${undo.length > 0 ? 'undone at the end' : 'changes nothing'}`;

/** A tour to click. */
export const TourCard = ({ tour, number }) => {
  const { guide } = useWork();
  return h(
    'button',
    { type: 'button', className: 'tour-card', onClick: () => guide.begin(tour) },
    h('span', { className: 'tour-number', 'aria-hidden': true }, number),
    h('strong', {}, tour.title),
    h('span', {}, tour.summary),
    h('small', {}, factsOf(tour)),
  );
};

/** All tours. */
export const TourList = () =>
  h(
    'ul',
    { className: 'tour-list' },
    tours.map((tour, i) => h('li', { key: tour.id }, h(TourCard, { tour, number: i + 1 }))),
  );

/** Shows the operation of a step in its tab, and the subscription of an earlier step where there is none. */
function useStepTab({ tour, step, kept }, tabs) {
  useEffect(() => {
    if (!tour) return;
    const shown = tour.steps[step];
    if (shown.operation === undefined) {
      tabs.select(tabOf(tour, shown.show));
      return;
    }
    const { query, variables } = requestOf(shown, kept);
    tabs.open({ id: tabOf(tour, step), query, variables: variables ? JSON.stringify(variables, null, 2) : null });
  }, [tour, step]);
}

/** Tells the guide of answers in the step's tab. */
function useAnswers(guide, { tour, step, done }, byTab) {
  const run = tour && byTab.get(tabOf(tour, step));
  const seen = useRef();
  useEffect(() => {
    seen.current = run?.startedAt;
  }, [tour, step]);
  useEffect(() => {
    if (!run || run.startedAt === seen.current || done.includes(step)) return;
    if (run.kind === 'subscription' ? run.state === 'ended' || run.state === 'stopped' : run.state === 'running' || run.state === 'stopped')
      return;
    // Told once: an answer that the tour cannot go on with would be told again each time that its trouble is shown.
    seen.current = run.startedAt;
    const [error] = run.result?.errors ?? [];
    if (error) guide.refused(error);
    else guide.answered(run.result?.data);
  });
}

function Step({ state: { tour, step, kept, done, leaving, trouble } }) {
  const { guide, start, tabs } = useWork();
  const title = useRef(null);
  const shown = tour.steps[step];
  const last = step === tour.steps.length - 1;
  const ready = shown.operation === undefined || done.includes(step);
  useEffect(() => title.current?.focus(), [tour, step]);
  const run = () => (tabs.active.id === tabOf(tour, step) ? start() : tabs.select(tabOf(tour, step)));
  return h(
    'div',
    { className: 'tour' },
    h('p', { className: 'tour-of' }, tour.title),
    h('h2', { ref: title, tabIndex: -1 }, filled(shown.title, kept)),
    shown.text.map((paragraph) => h('p', { key: paragraph }, withCode(filled(paragraph, kept)))),
    h(
      'div',
      { className: 'tour-actions' },
      shown.operation &&
        h('button', { type: 'button', className: ready ? '' : 'primary', disabled: leaving, onClick: run }, ready ? 'Run again' : 'Run'),
      last
        ? h(
            'button',
            { type: 'button', className: ready ? 'primary' : '', disabled: leaving, onClick: () => guide.leave() },
            leaving ? 'Putting back …' : 'Finish',
          )
        : h(
            'button',
            { type: 'button', className: ready ? 'primary' : '', disabled: !ready || leaving, onClick: () => guide.go(step + 1) },
            'Next',
          ),
    ),
    trouble && h('p', { className: 'trouble', role: 'alert' }, trouble),
    h(
      'ol',
      { className: 'tour-steps', 'aria-label': 'Steps' },
      tour.steps.map((other, i) =>
        h(
          'li',
          {
            key: other.title,
            className: i === step ? 'now' : done.includes(i) || i < step ? 'done' : '',
            'aria-current': i === step ? 'step' : undefined,
          },
          h(
            'button',
            { type: 'button', className: 'plain', disabled: i > step || leaving, onClick: () => guide.go(i) },
            filled(other.title, kept),
          ),
        ),
      ),
    ),
    h(
      'button',
      { type: 'button', className: 'plain labelled', disabled: leaving, onClick: () => guide.leave() },
      tour.undo.length > 0 ? 'Leave, and put everything back' : 'Leave the tour',
    ),
  );
}

/** The content of the panel. */
export function TourPanel() {
  const { guide, byTab, tabs } = useWork();
  const state = useSyncExternalStore(guide.subscribe, guide.snapshot);
  useStepTab(state, tabs);
  useAnswers(guide, state, byTab);
  if (state.tour) return h(Step, { state });
  return h(
    'div',
    { className: 'tour' },
    h('h2', {}, 'Tours'),
    state.trouble && h('p', { className: 'trouble', role: 'alert' }, state.trouble),
    h(TourList),
  );
}
