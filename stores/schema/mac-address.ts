/**
 * MAC addresses: six hexadecimal pairs with one separator throughout, of either case, to lower case with colons.
 * Runs on: any.
 */
import { hexDigit } from './ip-address.js';

const COLON = 58;
const DASH = 45;
const LENGTH = 17;
const UPPER_A = 65;
const UPPER_F = 70;

/**
 * Canonical text of a MAC address from `aa:bb:cc:dd:ee:ff`, `AA-BB-CC-DD-EE-FF` or six bytes; undefined for anything
 * else: no separators, mixed ones, dots, other lengths, and digits that are none (`" 1: 2:…"`).
 */
export function parseMac(input: unknown): string | undefined {
  if (typeof input !== 'string') {
    return input instanceof Uint8Array && input.length === 6 ? printBytes(input) : undefined;
  }
  if (input.length !== LENGTH) return undefined;
  const separator = input.charCodeAt(2);
  if (separator !== COLON && separator !== DASH) return undefined;
  let hasUpper = false;
  for (let index = 0; index < LENGTH; index++) {
    const code = input.charCodeAt(index);
    if (index % 3 === 2) {
      if (code !== separator) return undefined;
    } else if (hexDigit(code) < 0) {
      return undefined;
    } else if (code >= UPPER_A && code <= UPPER_F) {
      hasUpper = true;
    }
  }
  // Most come canonical already: no new string then.
  const colons = separator === COLON ? input : input.replaceAll('-', ':');
  return hasUpper ? colons.toLowerCase() : colons;
}

function printBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
