import { crc32, deflateSync } from "node:zlib";

/** Small valid files for tests. The JPEGs and WebPs were made by libjpeg and libwebp; PNG and GLB are written here. */
export const jpegBaseline = fromBase64(
  "/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAANABMDASIAAhEBAxEB/8QAGAAAAgMAAAAAAAAAAAAAAAAAAAMCBQb/xAAnEAABAwMDAwQDAAAAAAAAAAABAgMEABESBSExE2FxBhYiUaHR0v/EABQBAQAAAAAAAAAAAAAAAAAAAAD/xAAYEQEBAQEBAAAAAAAAAAAAAAABABExQf/aAAwDAQACEQMRAD8Arm5GiS9nIjbDgSUhTB6ZT3sNifINPTp68s9M1RKgVCyJAtYW3+Sed+w/cm56dQQETorL4CSkZi5SDzY8jyKej08w+rKDIeiKURZN+ogDsDv+aZ7Oy0e4sBaKCPsPo/qis/L1qZDmPxc8+g4pvLjKxIvaig6aRb//2Q==",
);
export const jpegProgressive = fromBase64(
  "/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAANABMDASIAAhEBAxEB/8QAGQAAAgMBAAAAAAAAAAAAAAAAAAIBAwQF/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEAMQAAABzWS4pzw//8QAGhAAAwADAQAAAAAAAAAAAAAAAAECAxMUJP/aAAgBAQABBQJVho1noFew50ys1xf/xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/AT//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/AT//xAAgEAACAQIHAQAAAAAAAAAAAAAAAQIhIgMRIzJRYaGS/9oACAEBAAY/AqxSfVDTxfo2+l8UyyTj6OPDyP/EABsQAAICAwEAAAAAAAAAAAAAAAERACExQdFR/9oACAEBAAE/IdGpPFATYjeOhBXn2BBV6vUBbNnWEeNub2f/2gAMAwEAAgADAAAAEJPP/8QAFhEBAQEAAAAAAAAAAAAAAAAAAAEx/9oACAEDAQE/ENWv/8QAFxEBAQEBAAAAAAAAAAAAAAAAAREAQf/aAAgBAgEBPxCdw0pv/8QAHRABAQACAgMBAAAAAAAAAAAAAREAIWFxMVGh0f/aAAgBAQABPxDRikFrlDS9jmiwiFITfs3wfurAnszCSIhNQ+Y+Tsy+CEqJwO/udQuGilmf/9k=",
);
export const webpLossy = fromBase64(
  "UklGRqQAAABXRUJQVlA4IJgAAAAQBACdASoTAA0APtFUo0uoJKMhsAgBABoJZQDImYsY4QtNMQeasUWiwADypkq0Yp9uL7dkoWzyKiZdKy2M0oprPUHVPBg+wmqKVBJixSdN921c2TVWvUzoLt3z0gtSxtXTHH9z6UpsAAbHokYABTrj/g5W3/nBNqyYDmRtPvL+c1/8Gv87QvhAz2f/s/BRXihGEInGHmGAAA==",
);
export const webpLossless = fromBase64(
  "UklGRqYAAABXRUJQVlA4TJkAAAAvBgABABehoI0k5e6eGSy9fz0MNpRIktRcJiskjv+/LskDhpEkJYJyd8iI/LNx+J//MOKaDPxiOT8kIMIKXialHKOfixmjnwxItw8ylJ52O1JfwP2z70dN4joTjNGCvM+91ZURmaoYcX4lQhWCIrlTVysPv9YaMAgAsGxstq0zov8BIKFCWZdirm2ufa77eb8fYcalNj6U0QEA",
);
export const webpAlpha = fromBase64(
  "UklGRuYAAABXRUJQVlA4WAoAAAAQAAAAEgAADAAAQUxQSBoAAAABuYzof0BN20YQhL5wy1+33RoxAROAdTgvAlZQOCCmAAAAcAQAnQEqEwANAD7RVKNLqCSjIbAIAQAaCUAYnwm5NUYagZ3bMCj+86Vz/VAA/t275XD35vyjX/w2aqBPFmPwE+8Mu2mF1ntX4pQDh6YLunUw5LyHJlp2pwccmAFsFi5uqizcTXh5IEFfHT136MaDv4ghhH7aareF0n0lzdBlcFMVuQS95F5u3a2kryhTwRnStl9rqI/j7Z0rDC5PBqnEiEp8czgAAA==",
);
export const webpAnimated = fromBase64(
  "UklGRpQAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAD/////AABBTk1GMAAAAAAAAAAAAAcAAAcAAGQAAAJWUDggGAAAADABAJ0BKggACAABQCYlpAADcAD+90IAAEFOTUYwAAAAAAAAAAAABwAABwAAZAAAAFZQOCAYAAAANAEAnQEqCAAIAAAAJiWkAANwAP79NmgA",
);

/** A PNG of noise: 8-bit RGB, as many IDAT chunks as asked for. */
export function makePng({ width = 9, height = 7, seed = 1, dataChunks = 1 } = {}): Uint8Array {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let state = seed;
  for (let at = 0; at < rows.length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    rows[at] = at % (width * 3 + 1) === 0 ? 0 : state >>> 16;
  }
  const data = deflateSync(rows);
  const size = Math.ceil(data.length / dataChunks);
  return pngOf([
    ["IHDR", pngHeader(width, height)],
    ...Array.from({ length: dataChunks }, (_, at): [string, Uint8Array] => [
      "IDAT",
      data.subarray(at * size, (at + 1) * size),
    ]),
    ["IEND", new Uint8Array(0)],
  ]);
}

/** The body of IHDR. */
export function pngHeader(width: number, height: number, depth = 8, colour = 2): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  return header;
}

/** A PNG of any chunks, with good checksums. */
export function pngOf(chunks: readonly (readonly [type: string, body: Uint8Array])[]): Uint8Array {
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const parts = chunks.map(([type, body]) => {
    const chunk = Buffer.alloc(12 + body.length);
    chunk.writeUInt32BE(body.length, 0);
    chunk.write(type, 4, "latin1");
    chunk.set(body, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + body.length)), 8 + body.length);
    return chunk;
  });
  return Buffer.concat([signature, ...parts]);
}

/** A GLB with any JSON; its binary chunk holds zeros. */
export function makeGlb(
  json: unknown = { asset: { version: "2.0" }, buffers: [{ byteLength: 36 }] },
  { binaryBytes = 36 } = {},
): Uint8Array {
  const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, " ")]);
  const binary = Buffer.alloc(binaryBytes);
  const chunks = [glbChunk(0x4e4f534a, padded), ...(binaryBytes > 0 ? [glbChunk(0x004e4942, binary)] : [])];
  const body = Buffer.concat(chunks);
  const header = Buffer.alloc(12);
  header.write("glTF", 0, "latin1");
  header.writeUInt32LE(2, 4);
  header.writeUInt32LE(12 + body.length, 8);
  return Buffer.concat([header, body]);
}

/** A RIFF file of WebP chunks, padded as the format asks. */
export function webpOf(chunks: readonly (readonly [type: string, body: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([type, body]) => {
    const header = Buffer.alloc(8);
    header.write(type, 0, "latin1");
    header.writeUInt32LE(body.length, 4);
    return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
  });
  const body = Buffer.concat([Buffer.from("WEBP"), ...parts]);
  const header = Buffer.alloc(8);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** A stream of bytes in pieces of the given sizes; the last size repeats. */
export function streamOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [bytes.length],
): ReadableStream<Uint8Array> {
  let at = 0;
  let piece = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1);
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
        piece += 1;
      },
    },
    { highWaterMark: 0 },
  );
}

function glbChunk(type: number, body: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(body.length, 0);
  header.writeUInt32LE(type, 4);
  return Buffer.concat([header, body]);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "base64"));
}
