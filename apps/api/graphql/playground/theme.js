// Light or dark: as the system has it, or as it was chosen. GraphiQL reads the class of the body.

const key = 'orrery:theme';
/** The choices, in the order of the button. */
export const themes = ['system', 'light', 'dark'];

/** The choice so far. */
export const chosenTheme = () => (themes.includes(localStorage.getItem(key)) ? localStorage.getItem(key) : 'system');

/** Applies a choice, and keeps it. */
export function setTheme(theme) {
  localStorage.setItem(key, theme);
  document.body.classList.remove('graphiql-light', 'graphiql-dark');
  if (theme !== 'system') document.body.classList.add(`graphiql-${theme}`);
}
