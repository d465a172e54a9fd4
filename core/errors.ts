/**
 * Every error the runtime makes: one class, one stable code each, the same again on the other side of a
 * thread. Texts say what was expected, what came, and name the thing. The table below is the whole list;
 * SEMANTICS.md explains each, and a test holds the two together.
 * Runs on: any.
 */

/** Code -> what it means. A code, once published, keeps its meaning. */
export const ERROR_CODES = {
  ACTOR_DEFINITION_TAKEN: 'a second definition was made under a name already defined',
  ACTOR_DEFINITION_MISSING: 'the module was loaded but does not define the actor',
  ACTOR_MODULE_FAILED: 'the module of a definition could not be imported',
  ACTOR_NAME_TAKEN: 'a sibling or a registered actor already has the name',
  ACTOR_NAME_INVALID: 'an actor name is empty, too long or holds a slash',
  ACTOR_START_FAILED: 'the behaviour threw or rejected while it started',
  ACTOR_STOPPED: 'the actor had stopped, or stopped before it answered',
  ACTOR_RESTARTED: 'the actor was restarted before it answered',
  ACTOR_THREAD_DIED: 'the thread of the actor died before it answered',
  ASK_TIMEOUT: 'no answer came before the deadline',
  ASK_ABORTED: 'the AbortSignal of an ask or send was triggered',
  ASK_CYCLE: 'the ask (or waiting send) would wait for an actor that waits for it',
  ASKS_TOO_MANY: 'more asks are in flight on this thread than the limit allows',
  ASSERTION_FAILED: 'an invariant of the runtime did not hold',
  BINARY_MOVED: 'a buffer marked with move() was already moved',
  CONFIG_INVALID: 'a configuration has faults; all of them are listed',
  CONTEXT_FENCED: 'a context was used after its incarnation had ended',
  CONTROL_TIMEOUT: 'a thread did not answer a control call in time',
  CRON_INVALID: 'a cron expression or time zone could not be understood',
  DEFER_MISUSED: 'ctx.defer() was called outside the synchronous part of an asked handler',
  ENDPOINT_REFUSED: 'an exposed endpoint got a call it does not allow',
  HANDLER_FAILED: 'the handler threw; the cause is what it threw',
  HANDLER_NAME_REFUSED: 'a handler has a name that every object carries, or is not a function',
  HANDLER_UNKNOWN: 'the actor has no handler of that name',
  MAILBOX_FULL: 'the mailbox had no room before the deadline, or for an ask',
  MESSAGE_NOT_ENCODABLE: 'a message or reply holds something that cannot cross threads',
  MESSAGE_REFUSED: 'the schema of a handler refused its arguments',
  MESSAGE_TOO_LARGE: 'a message is larger than a mailbox or an endpoint may ever take',
  QUORUM_FAILED: 'fewer replicas answered than the quorum asked for',
  REPLICAS_NONE: 'a replica set has no replica to route to',
  RESTARTS_EXHAUSTED: 'an actor failed more often than its restart budget allows',
  SLOTS_EXHAUSTED: 'the system holds as many actors as its slot table has rows',
  STASH_FULL: 'the stash of an actor is at its bound',
  STASH_MISUSED:
    'stash was called outside the synchronous part of a handler, or with concurrency above 1',
  STREAM_EXPECTED:
    'a stream was read from a handler that is not an async generator, or a generator was asked',
  SYSTEM_STOPPED: 'the system has stopped, or takes nothing new because it is stopping',
  TEST_WAITED_FOR_REAL_WORLD:
    'in the deterministic testkit a handler waited for something outside it',
  THREAD_DIED: 'a worker thread died',
  THREAD_FIXED: 'the main thread cannot be replaced',
  THREAD_UNKNOWN: 'a placement, or a replacement, named a thread the system does not have',
} as const;

/** A stable error code of the runtime. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Plain facts an error carries beside its text: names, limits, what came. Must be encodable. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The runtime's error. Same class, `code`, `details` and `cause` again after crossing threads. */
export class CodedError<C extends string = ErrorCode> extends Error {
  override readonly name: string = 'CodedError';
  readonly code: C;
  readonly details: ErrorDetails;

  constructor(code: C, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/**
 * A normal, typed answer that says no: thrown by a handler, it rejects the asker and nothing else happens
 * (no supervision, no dead letter). Made by {@link refuse}.
 */
export class Refusal<C extends string = string> extends CodedError<C> {
  override readonly name = 'Refusal';
}

/**
 * `throw refuse('NOT_FOUND', 'no account 7')` in a handler: the asker's promise rejects with a {@link Refusal}
 * of that code; the actor goes on as if it had returned.
 */
export function refuse<C extends string>(
  code: C,
  message: string = code,
  details: ErrorDetails = {},
): Refusal<C> {
  return new Refusal(code, message, { details });
}

/** True when `value` is an error with that code, whichever thread or copy of the package made it. */
export function hasCode<C extends string>(value: unknown, code: C): value is CodedError<C> {
  return value instanceof Error && (value as { code?: unknown }).code === code;
}

/** Throws ASSERTION_FAILED: for what must hold whatever users and threads do. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new CodedError('ASSERTION_FAILED', `assertion failed: expected ${what}`);
}

/** An error as plain data: what crosses a thread. Causes nest at most {@link CAUSES_MAX} deep. */
export interface WireError {
  readonly kind: 'coded' | 'refusal' | 'error' | 'value';
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly details?: ErrorDetails;
  readonly cause?: WireError;
  /** Set for kind `value`: something thrown that was no Error, as text. */
  readonly value?: string;
}

const CAUSES_MAX = 8;
const STACK_CHARS_MAX = 4_096;

/** Anything thrown -> plain data. Never throws, whatever getters the thrown thing has. */
export function errorToWire(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) {
    return {
      kind: 'value',
      name: 'Error',
      message: `thrown: ${textOf(thrown)}`,
      stack: '',
      value: textOf(thrown),
    };
  }
  const kind =
    thrown instanceof Refusal ? 'refusal' : thrown instanceof CodedError ? 'coded' : 'error';
  const code = readString(thrown, 'code');
  const cause = depth < CAUSES_MAX ? readCause(thrown) : undefined;
  return {
    kind,
    name: readString(thrown, 'name') ?? 'Error',
    message: readString(thrown, 'message') ?? '',
    stack: (readString(thrown, 'stack') ?? '').slice(0, STACK_CHARS_MAX),
    ...(code === undefined ? {} : { code }),
    ...(kind === 'error' ? {} : { details: plainDetails((thrown as CodedError).details) }),
    ...(cause === undefined ? {} : { cause: errorToWire(cause, depth + 1) }),
  };
}

/** Plain data -> an error of the class it had: CodedError, Refusal, or Error with its name and code. */
export function errorFromWire(wire: WireError): Error {
  const cause = wire.cause === undefined ? undefined : errorFromWire(wire.cause);
  if (wire.kind === 'coded' || wire.kind === 'refusal') {
    const options = { details: wire.details ?? {}, cause };
    const code = wire.code ?? 'HANDLER_FAILED';
    const error =
      wire.kind === 'refusal'
        ? new Refusal(code, wire.message, options)
        : new CodedError(code, wire.message, options);
    return withStack(error, wire.stack);
  }
  const error = new Error(wire.message, cause === undefined ? undefined : { cause });
  if (wire.name !== 'Error')
    Object.defineProperty(error, 'name', { value: wire.name, configurable: true, writable: true });
  if (wire.code !== undefined)
    Object.defineProperty(error, 'code', {
      value: wire.code,
      enumerable: true,
      configurable: true,
    });
  return withStack(error, wire.stack);
}

/** A short, safe rendering of any value for an error text. */
export function textOf(value: unknown): string {
  try {
    if (typeof value === 'string')
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
    if (typeof value !== 'object' || value === null) return String(value);
    if (Array.isArray(value)) return `array of ${value.length}`;
    const name = (value as object).constructor?.name;
    return name === undefined || name === 'Object' ? 'object' : name;
  } catch {
    return typeof value;
  }
}

function withStack<E extends Error>(error: E, stack: string): E {
  if (stack !== '')
    Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}

function readString(from: object, key: string): string | undefined {
  try {
    const value = (from as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function readCause(from: Error): unknown {
  try {
    return from.cause;
  } catch {
    return undefined;
  }
}

function plainDetails(details: ErrorDetails): ErrorDetails {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(details)) {
    const type = typeof value;
    const isPlain =
      value === null ||
      type === 'string' ||
      type === 'number' ||
      type === 'boolean' ||
      type === 'bigint';
    plain[key] = isPlain
      ? value
      : Array.isArray(value)
        ? value.map((item) => (typeof item === 'number' ? item : String(item)))
        : textOf(value);
  }
  return plain;
}
