// The playground: GraphiQL over fetch and graphql-ws. The token stays in this tab (sessionStorage) and goes only to this server.
import { examples } from './examples.js';
import { createFetcher, graphPath } from './fetcher.js';

const stored = 'orrery-token';
const form = document.getElementById('sign-in');
const input = document.getElementById('token');
const trouble = document.getElementById('trouble');
const place = document.getElementById('graphiql');

/** Undefined if the token gives access to a cluster; otherwise a message for the user. */
async function refusalOf(token) {
  try {
    const response = await fetch(graphPath(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ cluster { id } }' }),
    });
    if (response.ok) return undefined;
    if (response.status === 401) return 'This token opens no cluster. It may have been replaced by a newer one, or its cluster deleted.';
    return `The server answers ${response.status}. Try again in a moment.`;
  } catch {
    return 'The server does not answer. Try again in a moment.';
  }
}

function askForToken(text) {
  trouble.textContent = text;
  form.hidden = false;
  input.value = '';
  input.focus();
}

function show(token) {
  form.hidden = true;
  sessionStorage.setItem(stored, token);
  const root = ReactDOM.createRoot(place);
  let open = true;
  const fetcher = createFetcher(token, () => {
    if (!open) return;
    open = false;
    sessionStorage.removeItem(stored);
    root.unmount();
    fetcher.close();
    askForToken('The token you were signed in with is void: it was replaced, or its cluster was deleted. Paste the new one.');
  });
  root.render(
    React.createElement(GraphiQL, {
      fetcher: fetcher.run,
      defaultTabs: examples.map((query) => ({ query })),
      defaultEditorToolsVisibility: false,
      shouldPersistHeaders: false,
    }),
  );
}

async function signIn(token) {
  const refusal = await refusalOf(token);
  if (refusal === undefined) show(token);
  else askForToken(refusal);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn(input.value.trim());
});

/** The link that `npm start` prints has the token in the fragment, which is not sent to servers; it is removed from the address bar. */
function tokenOfLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

// The link was opened in a tab that already shows the page.
window.addEventListener('hashchange', () => {
  const token = tokenOfLink();
  if (!token) return;
  sessionStorage.setItem(stored, token);
  location.reload();
});

const token = tokenOfLink() ?? sessionStorage.getItem(stored);
sessionStorage.removeItem(stored);
if (token) void signIn(token);
else askForToken('');
