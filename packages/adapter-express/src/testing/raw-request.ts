import { connect } from "node:net";

/** What came back over the wire, byte for byte. */
export interface RawAnswer {
  /** 0: nothing came before the connection ended. */
  readonly status: number;
  readonly text: string;
}

/**
 * Writes a request as it stands, to say what no HTTP client would: then a further text every 20 ms, if there is one,
 * until the connection is closed.
 */
export function rawRequest(port: number, text: string, drip?: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const dripping = setInterval(() => drip !== undefined && socket.writable && socket.write(drip), 20);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    // A server that closes while we still write resets the connection: that is an end too.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(dripping);
      resolve({ status: Number(/^HTTP\/1\.1 (?!100)(\d{3})/m.exec(answer)?.[1] ?? 0), text: answer });
    });
    socket.write(text);
  });
}
