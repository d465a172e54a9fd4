/**
 * The colours of the chameneos: two equal ones stay as they are, two different ones give the third.
 * Runs on: any.
 */

export type Colour = 'red' | 'yellow' | 'blue';

/** Chameneo number n begins with colour n mod 3. */
export const INITIAL_COLOURS: readonly Colour[] = ['red', 'yellow', 'blue'];

/** What both become when they meet. */
export function complement(one: Colour, other: Colour): Colour {
  if (one === other) return one;
  if (one !== 'red' && other !== 'red') return 'red';
  return one !== 'yellow' && other !== 'yellow' ? 'yellow' : 'blue';
}
