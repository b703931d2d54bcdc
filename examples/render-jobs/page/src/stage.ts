import { element } from "./element.ts";

/** The picture before and after, with a line between them that can be drawn. */
export function createStage() {
  const stage = element("stage", HTMLElement);
  const before = element("before", HTMLImageElement);
  const after = element("after", HTMLImageElement);
  const split = element("split", HTMLInputElement);
  const draw = () => stage.style.setProperty("--split", `${split.value}%`);
  split.addEventListener("input", draw);
  const hasResult = (is: boolean) => {
    after.hidden = !is;
    split.hidden = !is;
    stage.classList.toggle("compared", is);
  };
  draw();
  return {
    showPhoto(url: string) {
      before.src = url;
      hasResult(false);
    },
    /** Shown at once as a whole: half a picture would look like half a result. */
    async showResult(url: string) {
      after.src = url;
      await after.decode();
      hasResult(true);
    },
    showProgress(percent: number) {
      stage.style.setProperty("--progress", `${percent}%`);
    },
  };
}
