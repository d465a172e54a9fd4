/**
 * Lets another worker, process or page call an actor with plain Comlink: only the handlers named, their arguments
 * checked by schemas first, everything else refused. Through this door come strangers; threads of the system never
 * need it.
 * Runs on: any.
 */
import { type ExposeOptions as EndpointOptions, exposeHandlers } from '../rpc.js';
import type { ActorRef, AskOptions } from './actor-ref.js';
import type { Ref } from './ref.js';

export interface ExposeOptions<P> extends AskOptions {
  /** The other side's end, e.g. a MessagePort; it wraps its own end with Comlink. */
  readonly endpoint: EndpointOptions['endpoint'];
  /** The handlers that may be called. */
  readonly handlers: readonly (keyof P & string)[];
  /** A Standard Schema per argument, for every one of `handlers`. Throws CONFIG_INVALID when one is missing. */
  readonly accepts: NonNullable<EndpointOptions['accepts']>;
  /** Estimated bytes of one call's arguments. Default 1 MiB; beyond: MESSAGE_TOO_LARGE. */
  readonly bytesMax?: number;
  /** Calls in flight. Default 256; beyond: ENDPOINT_REFUSED. */
  readonly callsMax?: number;
}

/** Serves calls until the returned function is called or the endpoint closes. */
export function expose<P>(ref: ActorRef<P>, options: ExposeOptions<P>): () => void {
  const { endpoint, handlers, accepts, bytesMax, callsMax, ...askOptions } = options;
  return exposeHandlers({
    endpoint,
    handlers,
    accepts,
    ...(bytesMax === undefined ? {} : { bytesMax }),
    ...(callsMax === undefined ? {} : { callsMax }),
    ask: (name, args) => (ref as unknown as Ref).askWith(askOptions, name, args),
  });
}
