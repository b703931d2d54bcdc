import type { ReceivedRequest } from "../request.ts";
import type { Vendor } from "../vendor/vendor.ts";
import type { RequestRole } from "./catalogue.ts";
import type { Memory } from "./memory.ts";
import type { Wire } from "./wire.ts";

/** One request on its way through a vendor. */
export interface Act {
  readonly vendor: Vendor;
  readonly role: RequestRole;
  readonly request: ReceivedRequest;
  readonly wire: Wire;
  readonly memory: Memory;
  /** The vendor's honest answer. Calling it is what accepts, and bills, a job. */
  readonly answer: () => Promise<Response>;
  /** The honest answer to the same request at another path below the vendor's prefix. */
  readonly answerAt: (path: string) => Promise<Response>;
  /** Closes the port for that long. */
  readonly goOffline: (ms: number) => void;
  /** Address of this simulator, without a slash at the end. */
  readonly origin: string;
  /** A word for the texts that are not the vendor's own either. */
  readonly canary: string | undefined;
  /** Says that the fault found nothing to spoil: it strikes a later request instead. */
  readonly undo: () => void;
}
