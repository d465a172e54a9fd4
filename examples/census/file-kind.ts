/**
 * What kind of file it is: by the ending of its name where that says it, else by the bytes it begins with. A function
 * of name and bytes, no I/O.
 * Runs on: any.
 */

/** Ending -> kind. */
const BY_ENDING: Readonly<Record<string, string>> = {
  js: 'JavaScript',
  cjs: 'JavaScript',
  mjs: 'JavaScript',
  ts: 'TypeScript',
  cts: 'TypeScript',
  mts: 'TypeScript',
  map: 'source map',
  json: 'JSON',
  md: 'Markdown',
  html: 'HTML',
  css: 'CSS',
  yml: 'YAML',
  yaml: 'YAML',
  c: 'C and C++',
  cc: 'C and C++',
  cpp: 'C and C++',
  h: 'C and C++',
  hpp: 'C and C++',
  py: 'Python',
  sh: 'shell script',
  txt: 'text',
};

/** First bytes -> kind; the first that fits. */
const BY_BYTES: readonly (readonly [readonly number[], string])[] = [
  [[0x7f, 0x45, 0x4c, 0x46], 'native code'],
  [[0xcf, 0xfa, 0xed, 0xfe], 'native code'],
  [[0x4d, 0x5a], 'native code'],
  [[0x00, 0x61, 0x73, 0x6d], 'WebAssembly'],
  [[0x89, 0x50, 0x4e, 0x47], 'image'],
  [[0xff, 0xd8, 0xff], 'image'],
  [[0x47, 0x49, 0x46, 0x38], 'image'],
  [[0x1f, 0x8b], 'archive'],
  [[0x50, 0x4b, 0x03, 0x04], 'archive'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'archive'],
  [[0x25, 0x50, 0x44, 0x46], 'PDF'],
  [[0x23, 0x21], 'script'],
];

/** How many bytes of the beginning decide. */
export const HEAD_BYTES = 512;

/** `name` without its directory; `head` the first {@link HEAD_BYTES} of the content, or fewer. */
export function kindOf(name: string, head: Uint8Array): string {
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
  if (Object.hasOwn(BY_ENDING, ending)) return BY_ENDING[ending] as string;
  if (head.length === 0) return 'empty';
  for (const [bytes, kind] of BY_BYTES) {
    if (bytes.every((byte, index) => head[index] === byte)) return kind;
  }
  return head.includes(0) ? 'binary' : 'text';
}
