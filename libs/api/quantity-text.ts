import { parseQuantity, Quantity, QuantityError } from '#apimachinery';

/** Maximum length of a quantity's text: its digits become an exact number, which takes quadratic time. */
const longest = 1_000;

/** The text that Go writes for a quantity (`0.5` → `500m`, `1024Mi` → `1Gi`). Throws QuantityError in upstream's words. */
export function quantityText(given: string | number): string {
  if (typeof given === 'string' && given.length > longest) throw new QuantityError('unable to parse numeric part of quantity');
  return parseQuantity(given).toString();
}

/** Rounds a canonical quantity up to thousandths, as in resource lists (SetDefaults_ResourceList). */
export function roundedToMilli(canonical: string): string {
  const last = canonical.at(-1);
  if (last !== 'n' && last !== 'u' && !canonical.includes('e-')) return canonical;
  const quantity = parseQuantity(canonical);
  return new Quantity(quantity.milliValue(), -3, quantity.format).toString();
}
