// What all editors do: for the keyboard, for screen readers, with long lines.
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

/** The padding of a line, in pixels. */
const linePadding = 4;

/** Indents what is wrapped of a line a little more than its beginning. */
function indent(editor, { text }, element) {
  const columns = /^ */.exec(text)[0].length + 2;
  const pixels = columns * editor.defaultCharWidth();
  element.style.textIndent = `-${pixels}px`;
  element.style.paddingLeft = `${pixels + linePadding}px`;
}

/** Long lines are wrapped: there is no scrolling to the side. */
export function useWrapping(editor) {
  useEffect(() => {
    if (!editor) return undefined;
    editor.setOption('lineWrapping', true);
    editor.on('renderLine', indent);
    editor.refresh();
    return () => editor.off('renderLine', indent);
  }, [editor]);
}
