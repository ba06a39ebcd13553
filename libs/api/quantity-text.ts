/**
 * Quantities as text: what Go's Quantity makes of a number when it is read and written again (apimachinery/pkg/api/resource/quantity.go).
 * Arithmetic on quantities is apimachinery's; the decoder only needs the canonical text.
 */
const form = /^([+-]?)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const decimalSuffix = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffix = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const nano = 1_000_000_000n;
const largest = (1n << 63n) - 1n;
/** The three texts Go gives for text that is no quantity. */
const wrongForm = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";

type Format = 'binary' | 'decimal' | 'exponent';

const ceilDivide = (value: bigint, by: bigint): bigint => (value % by === 0n ? value / by : value / by + (value > 0n ? 1n : 0n));

/** Why a text is no quantity, in Go's words; undefined when it is one. */
export function quantityError(text: string): string | undefined {
  if (form.test(text) && /\d/.test(text)) return undefined;
  return /^[+-]?[0-9.]*\d[0-9.]*[eEinumkKMGTP]+[-+]?[0-9]*$/.test(text) && !/\..*\./.test(text) ? wrongSuffix : wrongForm;
}

/** The value in nano units, rounded away from zero as Go does, and the format its suffix stands for. */
function read(text: string): { nanos: bigint; format: Format } | undefined {
  const match = form.exec(text);
  if (!match || (!match[2] && !match[3])) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const signed = sign === '-' ? -digits : digits;
  const scale = 10n ** BigInt(fraction.length);
  const shift = binary[suffix];
  if (shift !== undefined) return { nanos: ceilDivide((signed << shift) * nano, scale), format: 'binary' };
  const exponent = decimal[suffix] ?? (suffix ? Number(suffix.slice(1)) : 0);
  if (Math.abs(exponent) > 40) return { nanos: exponent < 0 || signed === 0n ? 0n : largest * nano, format: 'exponent' };
  const format = suffix.length > 1 ? 'exponent' : 'decimal';
  if (exponent >= 0) return { nanos: ceilDivide(signed * nano * 10n ** BigInt(exponent), scale), format };
  return { nanos: ceilDivide(signed * nano, scale * 10n ** BigInt(-exponent)), format };
}

function write(nanos: bigint, wanted: Format): string {
  if (nanos === 0n) return '0';
  const small = nanos > -1024n * nano && nanos < 1024n * nano;
  if (wanted === 'binary' && !small) {
    let value = ceilDivide(nanos, nano);
    let step = 0;
    for (; step < 6 && value % 1024n === 0n; step++) value /= 1024n;
    return `${value}${binarySuffix[step]}`;
  }
  let value = nanos;
  let step = 0;
  for (; step < 9 && value % 1000n === 0n; step++) value /= 1000n;
  const exponent = step * 3 - 9;
  return wanted === 'exponent' ? `${value}${exponent ? `e${exponent}` : ''}` : `${value}${decimalSuffix[step]}`;
}

const known = new Map<string, string>();
const remembered = 4096;

/** The canonical text of a quantity (`0.5` → `500m`, `1024Mi` → `1Gi`), or undefined when it is none. */
export function canonicalQuantity(text: string): string | undefined {
  const before = known.get(text);
  if (before !== undefined) return before;
  const value = text.length <= 64 ? read(text) : undefined;
  if (!value) return undefined;
  const capped = value.nanos > largest * nano ? largest * nano : value.nanos < -largest * nano ? -largest * nano : value.nanos;
  const canonical = write(capped, value.format);
  if (known.size >= remembered) known.clear();
  known.set(text, canonical);
  return canonical;
}

/** Rounds a canonical quantity up to thousandths, as resource lists are (SetDefaults_ResourceList). */
export function roundedToMilli(canonical: string): string {
  const last = canonical.charCodeAt(canonical.length - 1);
  if (last !== 110 && last !== 117 && !canonical.includes('e-')) return canonical;
  const value = read(canonical);
  return value ? write(ceilDivide(value.nanos, 1_000_000n) * 1_000_000n, value.format) : canonical;
}
