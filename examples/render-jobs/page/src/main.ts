import { isGenbffError } from "@genbff/client-sdk";
import { createRenderApi } from "../../client/render-jobs.ts";
import { createChoices } from "./choices.ts";
import { element } from "./element.ts";
import { getAccessToken } from "./session.ts";
import { createStage } from "./stage.ts";

const apiUrl = import.meta.env.VITE_RENDER_API_URL ?? "";
const api = createRenderApi({ apiUrl, getAccessToken });
const stage = createStage();
const said = element("said", HTMLElement);
const say = (text: string) => {
  said.textContent = text;
};
const repeats = element("repeats", HTMLInputElement);
repeats.addEventListener("input", () => {
  element("repeats-shown", HTMLOutputElement).value = repeats.value;
});

const sample = (name: string) => new URL(`/samples/${name}.jpg`, location.href).href;
const upload = async (file: File) => {
  say("Storing it…");
  const url = await api.upload(file);
  say("");
  return url;
};
const photos = createChoices("photos", { samples: [sample("coffee")], upload, onChoice: stage.showPhoto });
const swatches = createChoices("swatches", {
  samples: ["terrazzo", "tiles", "brick"].map(sample),
  upload,
  onChoice: () => undefined,
});

const button = element("wish", HTMLFormElement).querySelector("button");
element("wish", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void render();
});

async function render(): Promise<void> {
  button?.setAttribute("disabled", "");
  try {
    const { job_id } = await api.submitRenderJob({
      image_url: photos.chosen(),
      texture_url: swatches.chosen(),
      options: {
        real_world_scale: Number(repeats.value),
        enable_refinement: element("refine", HTMLInputElement).checked,
      },
    });
    const result = await api.pollRenderJob(job_id, {
      onProgress({ stage: name, progress }) {
        stage.showProgress(progress);
        say(name ?? "Waiting for its turn");
      },
    });
    if (result.status === "failed") say(result.error_message);
    else {
      await stage.showResult(result.result_url);
      say("Done. Draw the line across the picture.");
    }
  } catch (error) {
    if (!isGenbffError(error)) throw error;
    say(error.message);
  } finally {
    stage.showProgress(0);
    button?.removeAttribute("disabled");
  }
}
