/**
 * The bytes of a file as they come, unpacked on the way when its name ends in `.gz`; never the whole of it.
 * Runs on: main.
 */
import { createReadStream } from 'node:fs';
import { addAbortSignal, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CodedError } from '../../../core/index.js';

/** `-` is stdin. Throws DATA_FILE_INVALID for what cannot be read or unpacked, and once `signal` is aborted. */
export async function* chunksOf(
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const stream = file === '-' ? process.stdin : bytesOfFile(file);
  try {
    // An input that waits for its writer would keep an interrupted command.
    yield* addAbortSignal(signal, stream) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CodedError('DATA_FILE_INVALID', `expected to read ${file}, got ${code}`, {
      cause: error,
    });
  }
}

function bytesOfFile(file: string): Readable {
  const stream = createReadStream(file);
  if (!file.endsWith('.gz')) return stream;
  // Either end takes the other with it; what went wrong is met by whoever reads.
  return pipeline(stream, createGunzip(), () => {});
}
