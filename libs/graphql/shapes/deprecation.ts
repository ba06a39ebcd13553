/** How descriptions of the API say that what they describe is deprecated; other sentences speak of deprecated values and annotations. */
const SAYS =
  /(?:^|\s)(?:Deprecated|DEPRECATED)[.:] |\b[Tt]his (?:field|API) is deprecated|\bis the deprecated |\bnow is deprecated|\bconsidered as deprecated/;

/** The first sentence after a mark such as `Deprecated:`. */
const AFTER = /(?:^|\s)(?:Deprecated|DEPRECATED)[.:] +([^.]*(?:\.(?!\s|$)[^.]*)*\.?)/;

const SENTENCE = /[^.\s][^.]*(?:\.(?!\s|$)[^.]*)*\.?/g;

/** Characters of a description that are looked at: those of custom kinds may be long. */
const LOOKED_AT = 4_000;

/** Why a field or kind is deprecated, as its description says it; undefined: it is not. */
export function deprecationIn(whole: string | undefined): string | undefined {
  const description = whole?.slice(0, LOOKED_AT);
  if (!description || !SAYS.test(description)) return undefined;
  const after = AFTER.exec(description)?.[1]?.trim();
  if (after) return after;
  return description.match(SENTENCE)?.find((sentence) => /deprecated/i.test(sentence)) ?? 'Deprecated.';
}
