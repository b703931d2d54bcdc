import { Refused } from "./api.ts";

/** What a form is told to do; its button waits meanwhile, and what goes wrong is said beside it. */
export function onSubmit(
  form: HTMLFormElement,
  act: (fields: FormData, button: string) => Promise<void>,
  onStranger: () => void = () => undefined,
): void {
  const problem = form.querySelector(".problem") as HTMLElement;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { submitter } = event;
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    problem.textContent = "";
    act(new FormData(form), submitter instanceof HTMLButtonElement ? submitter.value : "")
      .catch((error: unknown) => {
        if (error instanceof Refused && error.status === 401) onStranger();
        problem.textContent =
          error instanceof Refused ? error.message : "Nobody answers. Try again in a moment.";
      })
      .finally(() => {
        for (const button of buttons) button.disabled = false;
      });
  });
}
