/**
 * One question to every replica, and how many answers are enough: all, the first, a quorum. Pure but for the asks
 * themselves; who is not waited for any more is told so by its AbortSignal.
 * Runs on: any.
 */
import type { AskOptions } from '../actor/actor-ref.js';
import { CodedError, textOf } from '../errors.js';
import type { Dispatch } from './dispatch.js';
import { ReplicaRoute } from './routed-sender.js';

/** Asks each replica, in order. Throws REPLICAS_NONE. */
export function askEach(
  dispatch: Dispatch,
  options: AskOptions,
  name: string,
  args: readonly unknown[],
): Promise<unknown>[] {
  const refusal = dispatch.refusalNow(name);
  if (refusal !== undefined) throw refusal;
  return dispatch.replicas.map((replica) =>
    new ReplicaRoute(dispatch, replica).askWith(options, name, args),
  );
}

/** The first `count` answers in the order they came. Rejects QUORUM_FAILED, REPLICAS_NONE, CONFIG_INVALID. */
export async function askQuorum(
  dispatch: Dispatch,
  options: AskOptions,
  count: number,
  question: { readonly name: string; readonly args: readonly unknown[] },
): Promise<unknown[]> {
  const { name, args } = question;
  if (!Number.isInteger(count) || count < 1) {
    throw new CodedError(
      'CONFIG_INVALID',
      `expected a quorum of 1 or more for "${name}", got ${textOf(count)}`,
    );
  }
  const { size, failed } = {
    size: dispatch.replicas.length,
    failed: quorumFailed(dispatch, name, count),
  };
  if (size > 0 && count > size) throw failed([]);
  const giveUp = new AbortController();
  const abort = (): void => giveUp.abort(options.signal?.reason);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await firstOf(
      askEach(dispatch, { ...options, signal: giveUp.signal }, name, args),
      count,
      failed,
    );
  } finally {
    options.signal?.removeEventListener('abort', abort);
    giveUp.abort(new Error('enough others have answered'));
  }
}

function firstOf(
  asks: readonly Promise<unknown>[],
  count: number,
  failed: (errors: readonly unknown[]) => CodedError,
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const answers: unknown[] = [];
    const errors: unknown[] = [];
    for (const ask of asks) {
      ask.then(
        (answer) => {
          answers.push(answer);
          if (answers.length === count) resolve(answers.slice());
        },
        (error: unknown) => {
          errors.push(error);
          if (asks.length - errors.length === count - 1) reject(failed(errors.slice()));
        },
      );
    }
  });
}

function quorumFailed(
  dispatch: Dispatch,
  name: string,
  count: number,
): (errors: readonly unknown[]) => CodedError {
  return (errors) => {
    const { definition, replicas } = dispatch;
    const of = replicas.length;
    const text = `expected ${count} answers to "${name}" from ${of} replicas of "${definition}"`;
    const got =
      errors.length === 0
        ? 'fewer replicas than that'
        : `${errors.length} failed, one with: ${messageOf(errors[0])}`;
    return new CodedError('QUORUM_FAILED', `${text}, got ${got}`, {
      details: { definition, handler: name, quorum: count, replicas: of, failures: errors.length },
      cause:
        errors.length === 0
          ? undefined
          : new AggregateError(errors, 'these replicas did not answer'),
    });
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error);
}
