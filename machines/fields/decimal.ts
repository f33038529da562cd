/** A decimal number as it was written, digit by digit, so that no cent is lost to floating point. */
export type Decimal = { ok: true; negative: boolean; whole: string; fraction: string } | { ok: false; sentence: string };

/**
 * What a lone dot or comma before exactly three digits means. In `7.500` dollars it groups, since a dollar has no
 * thousandths; where thousandths exist, one of the two is the decimal separator, by the language of the workflow.
 */
export type LoneSeparators = 'group' | 'dot is decimal' | 'comma is decimal';

const REFUSED: Decimal = { ok: false, sentence: 'Please write it in digits, like 1,234.50.' };

/**
 * Reads a number as people write it on either side of the Atlantic: `7500`, `7,500.00`, `7.500,00`, `1 234,50`,
 * `1'234.50`. The last of two kinds of separators is the decimal one; a lone separator is, too, unless it stands where
 * one that groups would: before exactly three digits (`7,500` is seven thousand five hundred, `0,500` is a half).
 */
export function parseDecimal(typed: string, lone: LoneSeparators): Decimal {
  const bare = typed
    .trim()
    .replace(/[\u00a0\u202f\u2009]/g, ' ')
    .replace('−', '-')
    .replaceAll('’', "'");
  const negative = bare.startsWith('-');
  const digits = negative ? bare.slice(1).trimStart() : bare;
  if (digits.length > 40 || !/^\d[\d., ']*$|^[.,]\d+$/.test(digits)) return REFUSED;
  const decimalAt = decimalSeparatorIn(digits, lone);
  const whole = decimalAt < 0 ? digits : digits.slice(0, decimalAt);
  const fraction = decimalAt < 0 ? '' : digits.slice(decimalAt + 1);
  if (!isGrouped(whole) || !/^\d*$/.test(fraction)) return REFUSED;
  return { ok: true, negative, whole: whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '') || '0', fraction };
}

function decimalSeparatorIn(digits: string, lone: LoneSeparators): number {
  const dot = digits.lastIndexOf('.');
  const comma = digits.lastIndexOf(',');
  const last = Math.max(dot, comma);
  if (dot >= 0 && comma >= 0) return last;
  if (last < 0 || digits.indexOf(digits.charAt(last)) !== last) return -1;
  const couldGroup = /^[1-9]\d{0,2}[.,]\d{3}$/.test(digits);
  if (!couldGroup) return last;
  return (last === dot && lone === 'dot is decimal') || (last === comma && lone === 'comma is decimal') ? last : -1;
}

/** Groups of three behind one kind of separator, or none. */
function isGrouped(whole: string): boolean {
  return /^\d*$/.test(whole) || /^\d{1,3}([,. '])\d{3}(?:\1\d{3})*$/.test(whole);
}

const formats = new Map<string, Intl.NumberFormat>();

/** A number format; making one takes far longer than using it. Without a locale, English as in the United States. */
export function numberFormat(locale = 'en-US', options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, known);
  return known;
}

/** The sign between whole and fraction in a language: a dot or a comma. */
export function decimalSeparatorOf(locale?: string): string {
  return numberFormat(locale)
    .formatToParts(1.5)
    .find(({ type }) => type === 'decimal')?.value === ','
    ? ','
    : '.';
}
