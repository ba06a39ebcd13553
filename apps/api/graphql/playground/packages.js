// What the packages' scripts have put into globals: index.html loads them before this module.
export const {
  Component,
  createContext,
  createElement: h,
  Fragment,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} = React;
export const { createRoot } = ReactDOM;
/** Editors, documentation, history and their contexts (@graphiql/react). */
export const graphiql = GraphiQL.React;
/** graphql-js, as GraphiQL brings it. */
export const graphql = GraphiQL.GraphQL;
export const { createClient: createSocketClient } = graphqlWs;
export const { explorerPlugin } = GraphiQLPluginExplorer;
