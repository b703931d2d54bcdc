import type { PassThrough, Readable } from "node:stream";

const headEnd = Buffer.alloc(8);

/**
 * What Lambda's Node.js runtime has for streaming, as its interface client does it: before the first byte goes the head
 * as JSON, and eight zeros. https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export const awslambda = {
  streamifyResponse: <Handler>(handler: Handler): Handler => handler,
  HttpResponseStream: {
    from(out: PassThrough, head: object): PassThrough {
      const write = out.write.bind(out);
      out.write = ((...given: Parameters<typeof write>) => {
        out.write = write;
        write(Buffer.concat([Buffer.from(JSON.stringify(head)), headEnd]));
        return write(...given);
      }) as typeof write;
      return out;
    },
  },
};

/** What an answer says before its body. */
export interface Head {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly cookies?: readonly string[];
}

/** Reads an answer's head off a stream, and what has come with it of the body. */
export async function readHead(out: Readable): Promise<{ head: Head; rest: Buffer }> {
  let read = Buffer.alloc(0);
  for (;;) {
    const chunk = out.read() as Buffer | null;
    if (chunk === null) {
      if (out.readableEnded) throw new Error("the function ended without an answer");
      await new Promise((resolve) => out.once("readable", resolve));
      continue;
    }
    read = Buffer.concat([read, chunk]);
    const at = read.indexOf(headEnd);
    if (at !== -1)
      return { head: JSON.parse(read.subarray(0, at).toString()), rest: read.subarray(at + headEnd.length) };
  }
}
