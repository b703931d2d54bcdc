import { MediaRejected } from "./media-rejected.ts";
import { numbers, type Reading, skip, take, type Walk } from "./walk.ts";

const damaged = (fault: string) => new MediaRejected("damaged", `glb: ${fault}`);

const jsonChunk = 0x4e4f_534a;
const binaryChunk = 0x004e_4942;
/** A few bytes can name any number of zeros, for which whoever shows the model makes room. Real models have up to some millions. */
const elementsMax = 100_000_000;
/** The scene description is held in memory to be parsed; the geometry never is. Real ones have 2 KB to 2 MB. */
const jsonBytesMax = 16_000_000;

/**
 * Walks a binary glTF 2.0: header, JSON chunk, binary chunk, to the length that the header names.
 *
 * Only self-contained files pass. One that points to files elsewhere breaks as soon as those are gone, and tells
 * every viewer's browser where they lie.
 */
export function* walkGlb(): Walk {
  const header = numbers(yield* take(12));
  if (header.getUint32(4, true) !== 2) throw damaged("not version 2");
  let left = header.getUint32(8, true) - 12;
  let scene: Scene | undefined;
  let binaryBytes = 0;
  for (let index = 0; left > 0; index += 1) {
    if (left < 8) throw damaged("bytes that belong to no chunk");
    const chunk = numbers(yield* take(8));
    const length = chunk.getUint32(0, true);
    const type = chunk.getUint32(4, true);
    left -= 8 + length;
    if (left < 0) throw damaged("a chunk is longer than the file says it is");
    if ((index === 0) !== (type === jsonChunk)) throw damaged("the JSON chunk must come first, and once");
    if (type === jsonChunk) {
      scene = yield* readScene(length);
      continue;
    }
    if (type === binaryChunk && index === 1) binaryBytes = length;
    yield* skip(length);
  }
  if (!scene) throw damaged("no JSON chunk");
  if (scene.binaryBytes > binaryBytes) throw damaged("less binary data than the scene names");
  return { width: null, height: null };
}

interface Scene {
  /** What the first buffer, if it is the binary chunk, must have. */
  readonly binaryBytes: number;
}

function* readScene(length: number): Reading<Scene> {
  if (length > jsonBytesMax) throw new MediaRejected("too_large", `glb: ${length} bytes of JSON`);
  const gltf = parse(yield* take(length));
  const asset = gltf.asset as { version?: unknown } | null | undefined;
  if (typeof asset?.version !== "string" || !asset.version.startsWith("2.")) throw damaged("not glTF 2");
  const buffers = listOf(gltf.buffers);
  for (const { uri } of [...buffers, ...listOf(gltf.images)]) {
    if (uri !== undefined && !(typeof uri === "string" && uri.startsWith("data:"))) {
      throw new MediaRejected("not_allowed", "glb: points to a file elsewhere");
    }
  }
  const elements = listOf(gltf.accessors).reduce((sum, { count }) => sum + Number(count), 0);
  if (!Number.isSafeInteger(elements) || elements < 0) throw damaged("a count that is none");
  if (elements > elementsMax) throw new MediaRejected("too_large", `glb: ${elements} elements`);
  const first = buffers[0];
  const binaryBytes = first && first.uri === undefined ? first.byteLength : 0;
  if (typeof binaryBytes !== "number") throw damaged("a buffer without a length");
  return { binaryBytes };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its JSON cannot be read");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw damaged("its JSON is no object");
  return value as Record<string, unknown>;
}

function listOf(value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "object" || item === null)) {
    throw damaged("a list that is none");
  }
  return value;
}
