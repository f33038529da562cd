/** A decimal number as it was written, digit by digit, so that no cent is lost to floating point. */
export type Decimal = { ok: true; negative: boolean; whole: string; fraction: string } | { ok: false; sentence: string };

/**
 * What a lone dot before exactly three digits means. In `7.500` dollars it groups, since a dollar has no thousandths;
 * where thousandths exist it is the decimal point, as in the texts that programs write.
 */
export type LoneDot = 'groups' | 'is decimal';

const REFUSED: Decimal = { ok: false, sentence: 'Please write it in digits, like 1,234.50.' };

/**
 * Reads a number as people write it on either side of the Atlantic: `7500`, `7,500.00`, `7.500,00`, `1 234,50`,
 * `1'234.50`. The last of two kinds of separators is the decimal one; a lone separator is, too, unless it stands where
 * one that groups would: before exactly three digits (`7,500` is seven thousand five hundred, `0,500` is a half).
 */
export function parseDecimal(typed: string, loneDot: LoneDot): Decimal {
  const bare = typed
    .trim()
    .replace(/[\u00a0\u202f\u2009]/g, ' ')
    .replace('−', '-')
    .replaceAll('’', "'");
  const negative = bare.startsWith('-');
  const digits = negative ? bare.slice(1).trimStart() : bare;
  if (digits.length > 40 || !/^\d[\d., ']*$|^[.,]\d+$/.test(digits)) return REFUSED;
  const decimalAt = decimalSeparatorIn(digits, loneDot);
  const whole = decimalAt < 0 ? digits : digits.slice(0, decimalAt);
  const fraction = decimalAt < 0 ? '' : digits.slice(decimalAt + 1);
  if (!isGrouped(whole) || !/^\d*$/.test(fraction)) return REFUSED;
  return { ok: true, negative, whole: whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '') || '0', fraction };
}

function decimalSeparatorIn(digits: string, loneDot: LoneDot): number {
  const dot = digits.lastIndexOf('.');
  const comma = digits.lastIndexOf(',');
  const last = Math.max(dot, comma);
  if (dot >= 0 && comma >= 0) return last;
  if (last < 0 || digits.indexOf(digits.charAt(last)) !== last) return -1;
  const couldGroup = /^[1-9]\d{0,2}[.,]\d{3}$/.test(digits);
  return couldGroup && (last === comma || loneDot === 'groups') ? -1 : last;
}

/** Groups of three behind one kind of separator, or none. */
function isGrouped(whole: string): boolean {
  return /^\d*$/.test(whole) || /^\d{1,3}([,. '])\d{3}(?:\1\d{3})*$/.test(whole);
}
