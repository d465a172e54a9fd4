/**
 * What a client is told when something went wrong: busy and stopping are 503 with a time to come again, the rest is a
 * 500 that gives nothing away. The text of an error is for the log, never for the client.
 * Runs on: any.
 */
import { hasCode } from '../../core/index.js';
import { HTTP_LIMITS } from '../limits.js';
import { failed, type HttpAnswer } from './route.js';

/** Code of an error -> what to say. All of them pass by themselves. */
const PASSING: Readonly<Record<string, string>> = {
  ACTOR_RESTARTED: 'A part of the platform is restarting',
  ACTOR_STOPPED: 'A part of the platform is restarting',
  ACTOR_THREAD_DIED: 'A part of the platform is restarting',
  ASKS_TOO_MANY: 'Too many requests are being worked on',
  ASK_TIMEOUT: 'The platform did not answer in time',
  COMMIT_REFUSED: 'A part of the platform is restarting',
  MAILBOX_FULL: 'Too many requests are being worked on',
  PLATFORM_STOPPED: 'The platform is stopping',
  STORE_FULL: 'The disk is full',
  SYSTEM_STOPPED: 'The platform is stopping',
  THREAD_DIED: 'A part of the platform is restarting',
};

/** The answer for what a handler threw, and whether it is worth a line in the log. */
export function answerForError(error: unknown): {
  readonly answer: HttpAnswer;
  readonly isExpected: boolean;
} {
  const code = codeOf(error);
  const passing = code === undefined ? undefined : PASSING[code];
  if (code !== undefined && passing !== undefined) {
    return {
      answer: failed(503, passing, { code, retryAfterMs: HTTP_LIMITS.retryAfterMs }),
      isExpected: true,
    };
  }
  const status = clientFaultOf(error);
  if (status !== undefined) {
    return { answer: failed(status, CLIENT_FAULTS[status] ?? 'Bad request'), isExpected: true };
  }
  return { answer: failed(500, 'Internal Server Error'), isExpected: false };
}

const CLIENT_FAULTS: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Request body is too large',
  414: 'Request URL is too long',
  415: 'Unsupported Media Type',
};

/** The code of an error of ours; where a handler failed in an actor, that of what it threw. */
export function codeOf(error: unknown): string | undefined {
  if (hasCode(error, 'HANDLER_FAILED')) return codeOf((error as Error).cause) ?? 'HANDLER_FAILED';
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The server library marks what a client did wrong with a status below 500. */
function clientFaultOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
