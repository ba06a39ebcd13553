import { createContext, useContext } from './packages.js';

/** What the panels work with: `{guide, runs, tabs, byTab, start, tourTab}`. */
export const WorkContext = createContext(undefined);

/** The workbench, of a component in it. */
export const useWork = () => useContext(WorkContext);
