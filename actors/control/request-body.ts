/**
 * The bytes of a request, within its bound and within what the server holds at once. They are counted as they arrive, so
 * a client that promises much and sends little takes little.
 * Runs on: main.
 */
import type { Readable } from 'node:stream';
import type { Admitted } from './admission.js';

/** Why a body was not read to its end. */
export type BodyFault = 'too-large' | 'no-room' | 'aborted';

/**
 * Reads to the end, into a buffer of its own. On a fault the rest is read and forgotten, in the time a request may take: a
 * client that is cut off while it sends does not see the answer. Never rejects.
 */
export function requestBody(
  stream: Readable,
  admitted: Admitted,
  bytesMax: number,
): Promise<Uint8Array | BodyFault> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const end = (outcome: Uint8Array | BodyFault): void => {
      stream.off('data', onData).off('end', onEnd).off('close', onClose);
      if (typeof outcome === 'string') stream.resume();
      resolve(outcome);
    };
    const onData = (part: Buffer): void => {
      length += part.length;
      if (length > bytesMax) return end('too-large');
      if (!admitted.takeBytes(part.length)) return end('no-room');
      parts.push(part);
    };
    const onEnd = (): void => end(joined(parts, length));
    const onClose = (): void => end('aborted');
    // An error is followed by close; without a listener it would end the process.
    stream.on('error', () => undefined);
    stream.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

/** A buffer that is part of no pool, so that it can be given to another thread. */
function joined(parts: readonly Buffer[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
