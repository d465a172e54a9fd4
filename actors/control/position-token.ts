/**
 * Positions in the logs as one short word for a header: what an answer to a write gives and a later read hands back, to
 * be answered from a state that holds the write. Base64url of variable-length numbers:
 *
 *   partition | number × 2 + lane | partition | number × 2 + lane | …      (7 bits a byte, lowest first, high bit: more)
 *
 * Runs on: any.
 */
import { HTTP_LIMITS } from '../limits.js';
import type { Position } from './platform-port.js';

/** The word; at most a dozen characters a partition. */
export function positionToken(positions: readonly Position[]): string {
  const bytes: number[] = [];
  for (const [partition, lane, number] of positions) {
    putNumber(bytes, partition);
    putNumber(bytes, number * 2 + lane);
  }
  return Buffer.from(bytes).toString('base64url');
}

/** The positions of a word, or undefined: none that this file made. Never throws. */
export function positionsOf(token: string, partitions: number): Position[] | undefined {
  if (token.length > HTTP_LIMITS.positionTokenLengthMax || !/^[\w-]*$/.test(token)) return;
  const numbers = numbersIn(Buffer.from(token, 'base64url'));
  if (numbers === undefined || numbers.length % 2 !== 0) return;
  const positions: Position[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    const partition = numbers[at] as number;
    const joined = numbers[at + 1] as number;
    if (partition >= partitions) return;
    positions.push([partition, joined % 2, Math.floor(joined / 2)]);
  }
  return positions;
}

/** Shifts are of 32 bits, numbers of 53: division and remainder instead. */
function putNumber(bytes: number[], number: number): void {
  let rest = number;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function numbersIn(bytes: Uint8Array): number[] | undefined {
  const numbers: number[] = [];
  let number = 0;
  let factor = 1;
  for (const byte of bytes) {
    number += (byte % 128) * factor;
    if (number > Number.MAX_SAFE_INTEGER) return;
    if (byte >= 128) factor *= 128;
    else {
      numbers.push(number);
      number = 0;
      factor = 1;
    }
  }
  return factor === 1 ? numbers : undefined;
}
