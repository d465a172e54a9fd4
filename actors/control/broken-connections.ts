/**
 * Connections on which something came that is no HTTP, too long, or too late: told so, once, and ended. A connection
 * whose last request has been answered while its body was still on the way gets no second answer: a client would take it
 * for that of its next request.
 * Runs on: main.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { failed } from './route.js';

/** Code of node's error -> status. */
const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

const DETAILS: Readonly<Record<number, string>> = {
  400: 'The request is no HTTP',
  408: 'The request did not come in time',
  413: 'The request is too large',
  431: 'The head of the request is too large',
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export class BrokenConnections {
  readonly #last = new WeakMap<Socket, Exchange>();

  /** A request has come whose answer is under way. */
  answering(request: IncomingMessage, response: ServerResponse): void {
    this.#last.set(request.socket, { request, response });
  }

  /** Says what is wrong where that can be said, and ends the connection. */
  end(error: Error & { readonly code?: string }, socket: Socket): void {
    const last = this.#last.get(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || (last && isLastAnswer(last))) {
      // What has been written goes out before.
      socket.destroySoon();
      return;
    }
    const status = STATUSES[error.code ?? ''] ?? 400;
    const body = failed(status, DETAILS[status] ?? 'Bad request').body as string;
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  }
}

/** Its answer has begun, and nothing that may follow in the connection is a request. */
function isLastAnswer({ request, response }: Exchange): boolean {
  return response.headersSent && (!request.complete || !response.shouldKeepAlive);
}
