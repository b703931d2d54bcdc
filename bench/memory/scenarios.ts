import assert from "node:assert/strict";
import type { Customer, Reading } from "./customer.ts";
import { type MeasuredProcess, startMeasured } from "./measured-process.ts";
import { glbPieces } from "./media.ts";
import type { OtherWork } from "./others-process.ts";
import { checkStored, promptFor, type Stage, sentFiles, warmUpBytes, withBff, withFolder } from "./stage.ts";

/** Does one thing in a fresh process and resolves to how far that grew above its rest, in bytes. */
export type Scenario = (stage: Stage) => Promise<number>;

/** A model through the BFF: bought, fetched from the vendor, stored. */
export const modelThroughBff: Scenario = (stage) =>
  bought(stage, "text-to-model", 1, { prompt: promptFor(stage.sizes.model) });

/** Pictures in one answer, in base64, through the BFF. */
export const picturesThroughBff: Scenario = (stage) => {
  const { picture, pictures: n } = stage.sizes;
  return bought(stage, "text-to-image", n, { prompt: promptFor(picture), n });
};

function bought(stage: Stage, operation: string, files: number, input: object): Promise<number> {
  return withFolder((folder) =>
    withBff(stage, folder, async (bff, customer) => {
      await sentFiles(stage);
      const { growthBytes, value } = await bff.growthDuring(() => customer.generate(operation, input));
      const sent = await sentFiles(stage);
      assert.deepEqual([value.length, sent.length], [files, files]);
      await checkStored(folder, sent);
      return growthBytes;
    }),
  );
}

/** The same pictures through `generateImage` of the AI SDK, written to files. */
export const picturesThroughAiSdk: Scenario = (stage) => {
  const way = { way: "ai-sdk", baseUrl: `${stage.vendorUrl}/openai/v1` } as const;
  const { picture, pictures: n } = stage.sizes;
  return otherwise(stage, (bytes) =>
    bytes === undefined
      ? { ...way, prompt: promptFor(picture), n }
      : { ...way, prompt: promptFor(bytes), n: 1 },
  );
};

/** The same model through `arrayBuffer` and `writeFile`. */
export const modelThroughArrayBuffer: Scenario = (stage) =>
  otherwise(stage, (bytes = stage.sizes.model) => ({
    way: "arrayBuffer",
    url: `${stage.vendorUrl}/models/${promptFor(bytes)}.glb`,
  }));

function otherwise(stage: Stage, work: (warmUpBytes?: number) => OtherWork): Promise<number> {
  return withFolder(async (folder) => {
    const other = await startMeasured("others-process.ts", folder);
    try {
      await other.work(work(warmUpBytes));
      await sentFiles(stage);
      const { growthBytes, value } = await other.growthDuring(() => other.work(work()));
      assert.deepEqual(value, await sentFiles(stage));
      return growthBytes;
    } finally {
      await other.stop();
    }
  });
}

/** A stored model out of the BFF, through its signed link. */
export const wholeDownload: Scenario = (stage) => download(stage, {});

/** The same by a line that is slower than the disk: nothing may pile up behind it. */
export const slowDownload: Scenario = (stage) => download(stage, { pauseMs: 2 });

/** The middle half of it. */
export const rangeDownload: Scenario = (stage) => {
  const quarter = stage.sizes.model / 4;
  return download(stage, { range: [quarter, 3 * quarter - 1] });
};

function download(stage: Stage, how: Reading): Promise<number> {
  const { model } = stage.sizes;
  return twoProcesses(
    stage,
    async (customer) => {
      const [asset] = await customer.generate("text-to-model", { prompt: promptFor(model) });
      return asset?.asset_url ?? "";
    },
    async (customer, url) => {
      const [first, last] = how.range ?? [0, model - 1];
      assert.equal((await customer.read(url, how)).bytes, last - first + 1);
    },
  );
}

/** A model of the user's into the BFF: a signed `PUT`, and the look at it. */
export const signedUpload: Scenario = (stage) => {
  const { upload } = stage.sizes;
  return measured(stage, async (customer) => void (await customer.putModel(upload, glbPieces(upload))));
};

/** A model of the user's in a form. */
export const formUpload: Scenario = (stage) => {
  const file = new Blob([...glbPieces(stage.sizes.form)] as Uint8Array<ArrayBuffer>[]);
  return measured(stage, async (customer) => {
    assert.equal((await customer.sendForm(file)).bytes, file.size);
  });
};

/** A model of the user's out to the vendor that works on it. */
export const modelToVendor: Scenario = (stage) => {
  const { upload } = stage.sizes;
  return twoProcesses(
    stage,
    (customer) => customer.putModel(upload, glbPieces(upload)),
    async (customer, url) =>
      void (await customer.generate("convert-model", { input_model_asset_url: url, format: "GLTF" })),
  );
};

function measured(stage: Stage, what: (customer: Customer) => Promise<void>): Promise<number> {
  return withFolder((folder) => withBff(stage, folder, (bff, customer) => growth(bff, () => what(customer))));
}

/** What comes before the measurement is done by a process that is gone by then: it leaves no memory behind. */
function twoProcesses<T>(
  stage: Stage,
  before: (customer: Customer) => Promise<T>,
  what: (customer: Customer, of: T) => Promise<void>,
): Promise<number> {
  return withFolder(async (folder) => {
    const made = await withBff(stage, folder, (_, customer) => before(customer));
    return withBff(stage, folder, (bff, customer) => growth(bff, () => what(customer, made)));
  });
}

async function growth(bff: MeasuredProcess, what: () => Promise<void>): Promise<number> {
  return (await bff.growthDuring(what)).growthBytes;
}

/** What rests in memory, in bytes: before, and after every tenth of the pictures made one after the other. */
export function manyPictures(stage: Stage, count: number, bytes: number): Promise<number[]> {
  return withFolder((folder) =>
    withBff(stage, folder, async (bff, customer) => {
      const resting = [await bff.restingBytes()];
      for (let made = 1; made <= count; made++) {
        await customer.generate("text-to-image", { prompt: promptFor(bytes) });
        if (made % Math.ceil(count / 10) === 0) resting.push(await bff.restingBytes());
      }
      return resting;
    }),
  );
}
