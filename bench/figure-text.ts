/**
 * Numbers as a person reads them: three significant digits, and k or M for rates and bytes. Pure.
 * Runs on: any.
 */

/**
 * 0.41234 -> "0.412", 812345 -> "812 k", 1234567 -> "1.23 M". Values below 10 000 are written out.
 */
export function numberText(value: number): string {
  if (value >= 999_500) return `${digits(Math.max(value / 1_000_000, 1))} M`;
  if (value >= 10_000) return `${digits(value / 1_000)} k`;
  return digits(value);
}

/** 2.4123 -> "2.41x", 0.034 -> "0.034x". */
export function ratioText(value: number): string {
  return `${digits(value)}x`;
}

/** Three significant digits, never an exponent, no digits of a whole number lost. */
function digits(value: number): string {
  if (value >= 100) return Math.round(value).toString();
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value.toFixed(3);
}
