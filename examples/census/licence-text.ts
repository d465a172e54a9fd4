/**
 * Which licence a text is, by phrases that only it has. Texts with a few words changed are known, too; what is not
 * known for sure is not guessed. Pure.
 * Runs on: any.
 */

/** All phrases must be there, in words with one space between; the first licence that fits. */
const PHRASES: readonly (readonly [string, readonly RegExp[]])[] = [
  ['Apache-2.0', [/apache license,? version 2\.0/]],
  ['AGPL-3.0', [/gnu affero general public license version 3/]],
  ['LGPL-3.0', [/gnu lesser general public license version 3/]],
  ['LGPL-2.1', [/gnu lesser general public license version 2\.1/]],
  ['GPL-3.0', [/gnu general public license version 3/]],
  ['GPL-2.0', [/gnu general public license version 2/]],
  ['MPL-2.0', [/mozilla public license,? (version|v\.) ?2\.0/]],
  ['CC0-1.0', [/cc0 1\.0 universal/]],
  ['Unlicense', [/this is free and unencumbered software released into the public domain/]],
  ['BlueOak-1.0.0', [/blue oak model license/]],
  ['BSD-3-Clause', [/redistributions of source code must/, /endorse or promote/]],
  ['BSD-2-Clause', [/redistributions of source code must/, /redistributions in binary form must/]],
  ['MIT', [/permission is hereby granted, free of charge/, /the above copyright notice and this/]],
  ['MIT-0', [/permission is hereby granted, free of charge/]],
  ['ISC', [/permission to use, copy, modify,? and\/?(or)? distribute/, /appear in all copies/]],
  ['0BSD', [/permission to use, copy, modify,? and\/?(or)? distribute/]],
  ['Zlib', [/this software is provided 'as-is'/, /must not be misrepresented/]],
];
/** Two licences in one file, of which neither is the whole. */
const SEVERAL_CHARS = 40_000;

/** The SPDX identifier; undefined for a text that is none of these, or has more in it than one licence. */
export function licenceOfText(text: string): string | undefined {
  if (text.length > SEVERAL_CHARS) return undefined;
  const words = text
    .toLowerCase()
    .replaceAll(/[\s*#>]+/g, ' ')
    .replaceAll(/[“”"]/g, '');
  const found = PHRASES.find(([, phrases]) => phrases.every((phrase) => phrase.test(words)));
  return found?.[0];
}
