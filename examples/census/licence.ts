/**
 * Licences by name: what a manifest or a text means, which family it belongs to, whether two claims agree. Pure.
 * Runs on: any.
 */

/** From what asks least to what asks most; `other` is what is not known here. */
export const FAMILIES = [
  'public_domain',
  'permissive',
  'weak_copyleft',
  'copyleft',
  'proprietary',
  'other',
] as const;
export type Family = (typeof FAMILIES)[number];

/** Beginning of an SPDX identifier, upper case -> family; the first that fits. */
const BY_BEGINNING: readonly (readonly [RegExp, Family])[] = [
  [/^(CC0|UNLICENSE$|0BSD|WTFPL|PUBLIC)/, 'public_domain'],
  [/^(MIT|ISC|BSD|APACHE|BLUEOAK|PYTHON|PSF|ZLIB|BSL|ARTISTIC|CC-BY-\d|AFL|W3C)/, 'permissive'],
  [/^(LGPL|MPL|EPL|CDDL)/, 'weak_copyleft'],
  [/^(GPL|AGPL|CC-BY-SA|EUPL|OSL)/, 'copyleft'],
  [/^(UNLICENSED|SEE LICENSE|COMMERCIAL|PROPRIETARY)/, 'proprietary'],
];
const ORDER = new Map(FAMILIES.map((family, index) => [family, index]));
/** Longer names of licences are no names. */
const NAME_CHARS_MAX = 100;

/**
 * The family of an identifier, or of an expression: of alternatives the one that asks least, of what holds together the
 * one that asks most. Brackets are not weighed.
 */
export function familyOf(licence: string): Family {
  const alternatives = licence.replaceAll(/[()]/g, ' ').split(/\sOR\s/i);
  const families = alternatives.map((all) => {
    const parts = all.split(/\sAND\s|\//i).map((one) => familyOfOne(one.trim().toUpperCase()));
    return parts.reduce((a, b) => (weight(a) > weight(b) ? a : b));
  });
  return families.reduce((a, b) => (weight(a) < weight(b) ? a : b));
}

/** What the `license` or `licenses` of a manifest says, with spaces put in order; empty for no licence. */
export function licenceNamed(input: unknown): string {
  const found = [input]
    .flat()
    .map(nameOf)
    .filter((name) => name !== '');
  const name = found.length > 1 ? `(${found.join(' OR ')})` : (found[0] ?? '');
  return name.length > NAME_CHARS_MAX ? '' : name;
}

/**
 * True when the text of a licence bears out what is claimed: the same, or a part of the expression. Whether later versions
 * will do as well is not for the text to say.
 */
export function agrees(claimed: string, read: string): boolean {
  const parts = claimed.toUpperCase().split(/[()\s/]+/);
  return parts.some((part) => part.replace(/(-ONLY|-OR-LATER|\+)$/, '') === read.toUpperCase());
}

function nameOf(input: unknown): string {
  if (typeof input === 'object' && input !== null)
    return nameOf((input as { type?: unknown }).type);
  if (typeof input !== 'string') return '';
  const name = input.replaceAll(/\s+/g, ' ').trim();
  return /^see licen[cs]e in /i.test(name) ? '' : name; // the text is read anyway
}

function familyOfOne(identifier: string): Family {
  return BY_BEGINNING.find(([beginning]) => beginning.test(identifier))?.[1] ?? 'other';
}

function weight(family: Family): number {
  return ORDER.get(family) ?? FAMILIES.length;
}
