/**
 * Text that came from elsewhere, made fit for a terminal: stored values, names of files and answers of servers must not
 * move the cursor of whoever reads them, set titles, hide what stands beside them, or turn its order around.
 * Runs on: any.
 */

/** Control characters, ends of lines and paragraphs of Unicode, and what turns the direction of writing. */
const STEERING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** The same, but for line feeds and for colours, which texts of our own have. */
const STEERING_OR_OURS = /\p{Cc}\[[\d;]*m|[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** One line in which nothing steers: what would is spelt out. */
export function printable(text: string): string {
  return text.replaceAll(STEERING, spelt);
}

/** Lines in which nothing steers. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The last look at what is printed: colours and lines may be in it. In JSON what is spelt out means the same. */
export function harmless(text: string): string {
  return text.replaceAll(STEERING_OR_OURS, (found) =>
    found.startsWith('\x1b[') ? found : printable(found),
  );
}

function spelt(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
