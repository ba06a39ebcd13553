// What the editors keep in this browser, for each cluster by itself: tabs, variables, headers, history.

const names = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix));

/** Headers that must not be kept: they may be as good as a token. */
const secret = /authorization|cookie|token|secret|password/i;

/** What is stored without headers that may hold secrets. `text` is what GraphiQL stores: its tabs or history as JSON, or headers. */
export function withoutSecrets(key, text) {
  if (key === 'graphiql:headers') return secret.test(text) ? '' : text;
  if (!secret.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), (name, value) => (name === 'headers' && secret.test(value) ? null : value));
  } catch {
    return text;
  }
}

/** GraphiQL's storage for one cluster, in localStorage. */
export function clusterStorage(cluster) {
  const prefix = `orrery:${cluster}:`;
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, withoutSecrets(key, value)),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => {
      for (const key of names(prefix)) localStorage.removeItem(key);
    },
    get length() {
      return names(prefix).length;
    },
  };
}
