// Signing in: a token, or a whole kubeconfig.
import { contextsOf, isToken } from './kubeconfig.js';
import { h, useEffect, useRef, useState } from './packages.js';
import { openSession } from './sessions.js';

/** Loaded when a kubeconfig is pasted. */
const parseYaml = (text) => import(new URL('packages/js-yaml.js', import.meta.url)).then(({ load }) => load(text));

/** What was pasted, as choices: `{choices}`, each with a label and what opens it, or `{trouble}`. */
async function choicesOf(text) {
  if (text === '') return { trouble: 'Paste a kubeconfig or a token first.' };
  if (isToken(text)) return { choices: [{ label: 'token', token: text }] };
  let config;
  try {
    config = await parseYaml(text);
  } catch (error) {
    return { trouble: `This is neither a token nor a kubeconfig: ${String(error.message).split('\n')[0]}.` };
  }
  try {
    return { choices: contextsOf(config, new URL(location.href)).map((entry) => ({ label: entry.context, ...entry })) };
  } catch ({ message }) {
    return { trouble: message };
  }
}

/** Opens a choice; with a client certificate if the browser has it. */
async function open(choice) {
  if (choice.trouble && !choice.certificate) return { refusal: `The context ${choice.label} cannot be used here: ${choice.trouble}.` };
  const answer = await openSession(choice);
  if (answer.refusal && choice.certificate) return { refusal: `The context ${choice.label}: ${choice.trouble}.` };
  return answer;
}

function Choices({ title, items, onChoose }) {
  return h(
    'fieldset',
    { className: 'choices' },
    h('legend', {}, title),
    items.map((item) =>
      h(
        'button',
        { key: item.label, type: 'button', onClick: () => onChoose(item) },
        h('strong', {}, item.label),
        h('small', {}, item.trouble && !item.certificate ? `cannot be used here: ${item.trouble}` : (item.note ?? item.cluster ?? '')),
      ),
    ),
  );
}

/**
 * The page of somebody who is not signed in, or adds a cluster. `trouble`: why; `onOpen` gets the session; `onCancel`, if there is another
 * session to go back to.
 */
export function SignIn({ trouble: first, onOpen, onCancel }) {
  const field = useRef(null);
  const [trouble, setTrouble] = useState(first ?? '');
  const [choices, setChoices] = useState();
  const [busy, setBusy] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const choose = async (choice) => {
    setBusy(true);
    setTrouble('');
    const { session, clusters, refusal } = await open(choice);
    setBusy(false);
    if (session) return onOpen(session);
    if (refusal) return setTrouble(refusal);
    if (clusters.length === 0) return setTrouble('This is the platform’s token, and there is no cluster yet.');
    return setChoices({
      title: 'This is the platform’s token. Which cluster?',
      items: clusters.map(({ id, name }) => ({ label: name, note: id, cluster: id, token: choice.token })),
    });
  };
  const submit = async (event) => {
    event.preventDefault();
    setChoices(undefined);
    const { choices: found, trouble: why } = await choicesOf(field.current.value.trim());
    if (why) return setTrouble(why);
    if (found.length === 1) return choose(found[0]);
    setTrouble('');
    return setChoices({ title: 'Which context?', items: found });
  };
  return h(
    'main',
    { className: 'sign-in' },
    h('h1', {}, 'Which cluster?'),
    h(
      'p',
      {},
      'Paste its kubeconfig as it is, or a token. It stays in this browser tab, and is sent to this server only. The demo cluster’s is printed by ',
      h('code', {}, 'npm start'),
      ', and stands in ',
      h('code', {}, '.orrery/demo.kubeconfig'),
      '.',
    ),
    h(
      'form',
      { onSubmit: submit },
      h('label', { htmlFor: 'credentials' }, 'Kubeconfig or token'),
      h('textarea', { id: 'credentials', ref: field, rows: 8, autoComplete: 'off', spellCheck: false, autoCapitalize: 'off' }),
      h('p', { className: 'trouble', role: 'alert' }, trouble),
      choices && h(Choices, { ...choices, onChoose: choose }),
      h(
        'div',
        { className: 'actions' },
        h('button', { type: 'submit', className: 'primary', disabled: busy }, busy ? 'Opening …' : 'Open the cluster'),
        onCancel && h('button', { type: 'button', onClick: onCancel }, 'Back'),
      ),
    ),
  );
}
