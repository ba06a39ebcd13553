/** Numbers with check digits (govalidator). Longer texts are none. */
const LONGEST = 256;

const CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

/** The digits of a credit card, whatever is between them, with their Luhn sum. */
export function isCreditCard(text: string): boolean {
  if (text.length > LONGEST) return false;
  const digits = text.replace(/[^0-9]+/g, '');
  if (!CARD.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const bare = (text: string): string => (text.length > LONGEST ? '' : text.replace(/[\s-]+/g, ''));

/** ISBN-10. */
export function isISBN10(text: string): boolean {
  const digits = bare(text);
  if (!/^[0-9]{9}[0-9X]$/i.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, index) => total + (digit.toUpperCase() === 'X' ? 10 : Number(digit)) * (index + 1), 0);
  return sum % 11 === 0;
}

/** ISBN-13. */
export function isISBN13(text: string): boolean {
  const digits = bare(text);
  if (!/^[0-9]{13}$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}
