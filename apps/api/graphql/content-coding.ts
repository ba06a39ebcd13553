/** The codings in which answers are sent, those that make them smaller first. */
const codings = ['br', 'gzip'] as const;

export type Coding = (typeof codings)[number];

/** The header Accept-Encoding. */
export type Accepted = string | readonly string[] | undefined;

const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  return given === undefined ? 1 : Number(WEIGHT.exec(given)?.[1] ?? 0);
}

/** The codings that an Accept-Encoding names, with their weights from 0 to 1; a weight that cannot be read is 0. */
function weightsOf(accepted: string): ReadonlyMap<string, number> {
  const members = accepted.toLowerCase().split(',');
  return new Map(
    members.map((member) => {
      const [name = '', ...parameters] = member.split(';').map((part) => part.trim());
      return [name === 'x-gzip' ? 'gzip' : name, weightOf(parameters)];
    }),
  );
}

/**
 * The coding in which an answer is sent, of those that are offered: the one with the greatest weight that the client accepts (RFC 9110,
 * 12.5.3), of equal ones the first. Undefined: none, also where the client would rather have it as it is.
 */
export function codingFor(accepted: Accepted, offered: readonly Coding[] = codings): Coding | undefined {
  const weights = weightsOf([accepted ?? []].flat().join(','));
  const weight = (coding: Coding): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const [best] = offered.filter((coding) => weight(coding) > 0).sort((a, b) => weight(b) - weight(a));
  return best !== undefined && weight(best) >= (weights.get('identity') ?? 0) ? best : undefined;
}
