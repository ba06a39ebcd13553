// What all editors do for the keyboard and for screen readers.
import { useEffect } from './packages.js';

/** Tab leaves the editors, as it leaves every other field: they are no trap for the keyboard. What it is for otherwise, Ctrl-] does. */
export function useTabKey(...editors) {
  useEffect(() => {
    const keys = { Tab: false, 'Shift-Tab': false };
    for (const editor of editors) editor?.addKeyMap(keys);
    return () => {
      for (const editor of editors) editor?.removeKeyMap(keys);
    };
  }, editors);
}

/** Names what screen readers would call an unnamed text box. */
export function useLabel(editor, label) {
  useEffect(() => editor?.getInputField().setAttribute('aria-label', label), [editor, label]);
}
