/**
 * What the server takes on at once: requests in all, requests of one client, bytes of bodies. Beyond, a request is told
 * to come again instead of waiting, so that memory stays flat however much is offered.
 * Runs on: any.
 */

export interface AdmissionLimits {
  readonly requestsMax: number;
  readonly clientRequestsMax: number;
  readonly bodyBytesInFlightMax: number;
}

/** Room that one request holds; `leave` gives it back and may be called twice. */
export interface Admitted {
  /** False when there is no room for so many bytes more. */
  takeBytes(bytes: number): boolean;
  leave(): void;
}

/** Why not: the whole server is busy (503), or this client has its share (429). */
export type Refused = 'busy' | 'greedy';

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #ofClient = new Map<string, number>();
  #requests = 0;
  #bytes = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Requests and bytes held now. */
  get held(): { readonly requests: number; readonly bytes: number } {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  enter(client: string): Admitted | Refused {
    if (this.#requests >= this.#limits.requestsMax) return 'busy';
    const own = this.#ofClient.get(client) ?? 0;
    if (own >= this.#limits.clientRequestsMax) return 'greedy';
    this.#requests++;
    this.#ofClient.set(client, own + 1);
    return this.#admit(client);
  }

  #admit(client: string): Admitted {
    let bytes = 0;
    let isIn = true;
    return {
      takeBytes: (more) => {
        if (!isIn || this.#bytes + more > this.#limits.bodyBytesInFlightMax) return false;
        this.#bytes += more;
        bytes += more;
        return true;
      },
      leave: () => {
        if (!isIn) return;
        isIn = false;
        this.#requests--;
        this.#bytes -= bytes;
        const own = (this.#ofClient.get(client) ?? 1) - 1;
        if (own === 0) this.#ofClient.delete(client);
        else this.#ofClient.set(client, own);
      },
    };
  }
}
