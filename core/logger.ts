/**
 * How the runtime says something to people: four levels, a message, plain fields. Any logger of that shape will
 * do, pino's through one adapter; by default JSON lines go to stderr, one line per call.
 * Runs on: any.
 */
import { errorToWire, textOf } from './errors.js';

/** Facts beside the message. An Error among them is printed with its stack, code and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** No method ever throws, whatever the fields hold. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

export interface JsonLoggerOptions {
  /** The lowest level printed. Default 'info'. */
  readonly level?: LogLevel | 'silent';
  /** Takes one line, line feed included. Default: stderr. */
  readonly write?: (line: string) => void;
  /** Epoch ms for the `time` of a line. Default Date.now. */
  readonly wallNow?: () => number;
}

const RANK = { debug: 1, info: 2, warn: 3, error: 4, silent: 5 } as const;

/** Lines like `{"level":"info","time":1764000000000,"msg":"ready","thread":2}`; these first three always win. */
export function jsonLogger(options: JsonLoggerOptions = {}): Logger {
  const {
    level: lowest = 'info',
    write = (line) => void process.stderr.write(line),
    wallNow = Date.now,
  } = options;
  const withFields = (bound: LogFields): Logger => {
    const at = (level: LogLevel) => {
      if (RANK[level] < RANK[lowest]) return nothing;
      return (message: string, fields?: LogFields): void => {
        const head = { level, time: wallNow(), msg: message };
        write(`${toJson({ ...head, ...bound, ...fields, ...head })}\n`);
      };
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => withFields({ ...bound, ...fields }),
    };
  };
  return withFields({});
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};

/** The part of pino (and of bunyan) that is needed: fields first, message second. */
export interface FieldsFirstLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): FieldsFirstLogger;
}

const NO_FIELDS: LogFields = {};

/** A pino logger as a {@link Logger}: `createSystem({ logger: adaptLogger(pino()) })`. Levels stay pino's. */
export function adaptLogger(logger: FieldsFirstLogger): Logger {
  return {
    debug: (message, fields = NO_FIELDS) => logger.debug(fields, message),
    info: (message, fields = NO_FIELDS) => logger.info(fields, message),
    warn: (message, fields = NO_FIELDS) => logger.warn(fields, message),
    error: (message, fields = NO_FIELDS) => logger.error(fields, message),
    child: (fields) => adaptLogger(logger.child({ ...fields })),
  };
}

function nothing(): void {}

function toJson(line: Record<string, unknown>): string {
  try {
    return JSON.stringify(line, toPlain);
  } catch {
    // A cycle, or a getter or toJSON that throws: print what can be printed, name the rest.
    return JSON.stringify(
      Object.fromEntries(Object.entries(line).map(([key, value]) => [key, plainOrText(value)])),
    );
  }
}

function plainOrText(value: unknown): unknown {
  try {
    const json = JSON.stringify(value, toPlain);
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return textOf(value);
  }
}

function toPlain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return errorToWire(value);
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    return textOf(value);
  return value;
}
