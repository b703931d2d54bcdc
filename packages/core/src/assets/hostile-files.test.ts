import { describe, expect, it } from "vitest";
import { hostileFiles, hostilePackages, oddPictures } from "./__fixtures__/hostile-files.ts";
import { streamOf } from "./__fixtures__/media.ts";
import { inspect } from "./inspect.ts";
import { inputTypes } from "./media-types.ts";

// reliability-spec.md 8.4, a line a file. ways-of-storing.test.ts hands the same files over in every way there is.

const inputs = { kinds: ["image", "model"] as const, types: inputTypes, bytesMax: 1_000_000 };
const outputs = { kinds: ["image", "vector", "model"] as const, bytesMax: 1_000_000 };

it.each(hostileFiles)("takes no $name", async ({ bytes, reason }) => {
  for (const sizes of [[bytes.length], [1, 11, 500]])
    await expect(inspect(streamOf(bytes, sizes), inputs)).rejects.toMatchObject({ reason });
});

it.each(hostilePackages)("takes no $name from a vendor", async ({ bytes, reason }) => {
  await expect(inspect(streamOf(bytes), outputs)).rejects.toMatchObject({ reason });
});

describe("what is odd", () => {
  it.each(oddPictures)("%s has the size of its picture", async (_, bytes, width, height) => {
    expect(await inspect(streamOf(bytes, [50]), inputs)).toMatchObject({ kind: "image", width, height });
  });
});
