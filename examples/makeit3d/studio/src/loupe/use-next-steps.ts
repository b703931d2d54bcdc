import { estimate } from "../composer/request.ts";
import { sourceAt } from "../composer/source-at.ts";
import { useStudio } from "../state/studio.tsx";
import type { Step } from "../table/steps.ts";

/** What could be made of something, and for how much. */
export interface NextStep {
  operation: string;
  /** "Make it a 3D model". */
  label: string;
  /** On a card, where there is little room. */
  short: string;
  credits: number;
  /** Fills the composer with it. Nothing is bought yet. */
  take: () => void;
}

const ofPictures = [
  { operation: "image-to-model", label: "Make it a 3D model", short: "Use next" },
  { operation: "image-to-image", label: "Make pictures from it", short: "Use next" },
] as const;
const ofModels = [{ operation: "refine-model", label: "Refine it", short: "Refine" }] as const;

/** The next steps that this server offers for a print. */
export function useNextSteps(): (step: Step, index: number | undefined) => NextStep[] {
  const { catalogue, change, sheet, say } = useStudio();
  return (step, index) => {
    const source = sourceAt(step, index);
    if (!catalogue || !source) return [];
    const offers = source.kind === "model" ? ofModels : ofPictures;
    return offers.flatMap(({ operation, label, short }) => {
      const entry = catalogue.operations.find((item) => item.operation === operation);
      if (!entry) return [];
      const take = () => {
        change({ operation, source, more: {} });
        sheet.show();
        say(`${source.name} is in the composer. ${entry.title}.`);
      };
      const fields = entry.providers[0] ? { provider: entry.providers[0].provider } : {};
      return [{ operation, label, short, credits: estimate(entry, fields), take }];
    });
  };
}
