/**
 * The serving end of a port, as Comlink sees it. What comes from the port is read first: Comlink is given nothing
 * but calls of methods that exist, and its answers are written here, so that errors stay whole, whatever transfer
 * handlers the process has.
 * Runs on: any.
 *
 *   port --> read --> ServedCall --deliver--> Comlink --> method(call) --> service.run
 *    |         |refused                                       |
 *    +<--------+------------- answer of the call <--postMessage by id
 */
import { MessagePort, type Transferable, type Worker } from 'node:worker_threads';
import { CodedError } from './errors.js';
import {
  type Answer,
  closePortsIn,
  endpointRefused,
  type Listener,
  type Request,
  readRequest,
  transfersOf,
} from './rpc-message.js';

/** What is served: the names, the work, and how much of an error goes out. */
export interface Service {
  readonly methods: ReadonlySet<string>;
  /** Calls in flight; one more is refused. */
  readonly callsMax: number;
  /** Does the call, `method` being one of `methods`. May throw or reject. */
  run(method: string, args: unknown[]): unknown;
  failed(error: unknown): Answer;
}

/** One call in flight; the one argument of each method that Comlink sees. */
export class ServedCall {
  answer: Answer | undefined = undefined;

  constructor(
    readonly id: string,
    readonly args: unknown[],
  ) {}

  /** Never rejects. */
  async run(service: Service, method: string): Promise<void> {
    try {
      this.answer = { type: 'RAW', value: await service.run(method, this.args) };
    } catch (error) {
      this.answer = service.failed(error);
    }
  }
}

/** The methods of `service`, for Comlink to find them; nothing else is found in it. */
export function methodsOf(service: Service): Record<string, (call: ServedCall) => Promise<void>> {
  const methods: Record<string, (call: ServedCall) => Promise<void>> = Object.create(null);
  for (const method of service.methods) methods[method] = (call) => call.run(service, method);
  return methods;
}

export class ServingEndpoint {
  readonly #port: MessagePort | Worker;
  readonly #service: Service;
  readonly #calls = new Map<string, ServedCall>();
  readonly #releases: string[] = [];
  #deliver: Listener = () => {};
  #isServing = true;

  constructor(port: MessagePort | Worker, service: Service) {
    this.#port = port;
    this.#service = service;
    port.on('message', this.#receive);
    port.on('close', this.stop);
  }

  /** Answers what is in flight with ENDPOINT_REFUSED and takes nothing more; closes a port. Once. */
  readonly stop = (): void => {
    if (!this.#isServing) return;
    this.#isServing = false;
    const error = endpointRefused('an endpoint that is served', 'one that has stopped');
    for (const id of this.#calls.keys()) this.#post(id, this.#service.failed(error));
    this.#calls.clear();
    for (const id of this.#releases) this.#post(id, { type: 'RAW', value: undefined });
    this.#port.off('message', this.#receive);
    this.#port.off('close', this.stop);
    if (this.#port instanceof MessagePort) this.#port.close();
  };

  addEventListener(_type: string, listener: Listener): void {
    this.#deliver = listener;
  }

  removeEventListener(): void {}

  /** Comlink's answer: taken by its id alone. */
  postMessage({ id }: { readonly id: string }): void {
    const call = this.#calls.get(id);
    if (call?.answer === undefined) return;
    this.#calls.delete(id);
    this.#post(id, call.answer);
    if (this.#releases.length > 0 && this.#calls.size === 0) this.stop();
  }

  readonly #receive = (data: unknown): void => {
    const request = readRequest(data);
    // An id twice in flight could not be told apart by its sender either.
    if (request === undefined || this.#calls.has(request.id)) return;
    if (request.type === 'release') this.#release(request.id);
    else {
      const refusal = this.#refusalOf(request);
      if (refusal === undefined) this.#call(request as Request & { readonly type: 'call' });
      else {
        closePortsIn(data);
        this.#post(request.id, this.#service.failed(refusal));
      }
    }
  };

  // Plain Comlink releases when its proxies were collected, even while a call waits: that is answered first.
  #release(id: string): void {
    this.#releases.push(id);
    if (this.#calls.size === 0) this.stop();
  }

  #refusalOf(request: Request & { readonly type: 'call' | 'refused' }): CodedError | undefined {
    if (request.type === 'refused') return request.error;
    const { methods, callsMax } = this.#service;
    if (!methods.has(request.method))
      return endpointRefused(
        'a method that is served',
        JSON.stringify(request.method.slice(0, 80)),
      );
    if (this.#releases.length > 0) return endpointRefused('no call after a release', 'one');
    if (this.#calls.size >= callsMax)
      return endpointRefused(`at most ${callsMax} calls in flight`, 'one more');
    return undefined;
  }

  #call({ id, method, args }: Request & { readonly type: 'call' }): void {
    const call = new ServedCall(id, args);
    this.#calls.set(id, call);
    const argumentList = [{ type: 'RAW', value: call }];
    this.#deliver({ data: { id, type: 'APPLY', path: [method], argumentList } });
  }

  #post(id: string, answer: Answer): void {
    const post = (message: Answer, transfer: Transferable[]): void =>
      this.#port.postMessage({ id, ...message }, transfer);
    try {
      post(answer, answer.type === 'RAW' ? transfersOf([answer.value]) : []);
    } catch (cause) {
      const text = 'expected an answer that can be sent, got one that cannot';
      post(this.#service.failed(new CodedError('MESSAGE_NOT_ENCODABLE', text, { cause })), []);
    }
  }
}
