// What the editors keep in this browser, for each cluster by itself: tabs, variables, headers, history.

const names = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix));

/** Headers that must not be kept: they may be as good as a token. */
const secret = /authorization|cookie|token|secret|password/i;

/** What is stored without headers that may hold secrets. `text` is JSON with headers in it: tabs, or GraphiQL's history. */
export function withoutSecrets(text) {
  if (!secret.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), (name, value) => (name === 'headers' && secret.test(value) ? null : value));
  } catch {
    return text;
  }
}

/** GraphiQL's own notes of its one tab; tab-store.js has them all. */
const unused = /^graphiql:(tabState|query|variables|headers)$/;

/** The storage of one cluster, in localStorage; for GraphiQL, too. */
export function clusterStorage(cluster) {
  const prefix = `orrery:${cluster}:`;
  const setItem = (key, value) => unused.test(key) || localStorage.setItem(prefix + key, withoutSecrets(value));
  return {
    getItem: (key) => (unused.test(key) ? null : localStorage.getItem(prefix + key)),
    setItem,
    /** As `setItem`, which throws when the browser keeps no more; returns whether it is kept. */
    keep(key, value) {
      try {
        setItem(key, value);
        return true;
      } catch {
        return false;
      }
    },
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => {
      for (const key of names(prefix)) localStorage.removeItem(key);
    },
    get length() {
      return names(prefix).length;
    },
  };
}
