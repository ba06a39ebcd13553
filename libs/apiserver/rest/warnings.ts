/** Characters of all warnings together beyond which they are truncated (endpoints/filters/warning.go truncateAtTotalRunes). */
const MAX_TOTAL = 4 * 1024;
/** Characters of each warning once they are truncated (truncateItemRunes). */
const MAX_ITEM = 256;

/** Unicode code points, which Go calls runes. */
function runeCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function cut(text: string): string {
  // A code point is at most two UTF-16 units.
  return text.length <= MAX_ITEM ? text : [...text.slice(0, 2 * MAX_ITEM)].slice(0, MAX_ITEM).join('');
}

/** Texts for Warning headers, without duplicates, in order; truncated as upstream does when they are many or long. */
export class Warnings {
  /** Made for the first one: most requests have none. */
  private seen: Set<string> | undefined;
  private shown: string[] = [];
  private written = 0;
  private cutting = false;

  get texts(): readonly string[] {
    return this.shown;
  }

  add(text: string | undefined): void {
    if (!text || (this.cutting && this.written >= MAX_TOTAL) || this.seen?.has(text)) return;
    this.seen ??= new Set();
    this.seen.add(text);
    const length = runeCount(text);
    if (!this.cutting && this.written + length > MAX_TOTAL) this.startCutting();
    this.show(this.cutting ? cut(text) : text, this.cutting ? Math.min(length, MAX_ITEM) : length);
  }

  private show(text: string, length: number): void {
    this.shown.push(text);
    this.written += length;
  }

  /** Truncates the warnings collected so far. */
  private startCutting(): void {
    const before = this.shown;
    this.cutting = true;
    this.shown = [];
    this.written = 0;
    for (const text of before) {
      const short = cut(text);
      this.show(short, runeCount(short));
    }
  }
}
