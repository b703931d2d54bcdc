import { estimate } from "../composer/request.ts";
import { type Sample, samples } from "../composer/samples.ts";
import { credits } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import { Shelf } from "./shelf.tsx";

const tilts = [-1.6, 1.1, -0.7, 1.8];

/** An empty table: something to begin with. */
export function Welcome() {
  const { catalogue, change, bringing, sheet, shelf } = useStudio();
  const offered = (operation: string) => catalogue?.operations.find((item) => item.operation === operation);
  const begin = (sample: Sample) => {
    const { operation, style, prompt } = sample;
    change({ operation, style, prompt, count: 1, more: {} });
    bringing.bringSample(sample.url, sample.name);
    sheet.show();
  };
  const words = () => {
    change({ operation: "text-to-image" });
    sheet.show();
    requestAnimationFrame(() => document.querySelector<HTMLElement>("#prompt")?.focus());
  };
  return (
    <div className="welcome" id="board" tabIndex={-1}>
      {shelf.tasks?.length ? (
        <div className="welcome-shelf">
          <Shelf />
        </div>
      ) : null}
      <p className="eyebrow">Your table is empty</p>
      <h1>Begin with a picture.</h1>
      <p className="lede">
        Take one of these, or drop your own anywhere on the table. You see the price before anything starts.
      </p>
      <ul className="prints">
        {samples.map((sample, position) => {
          const entry = offered(sample.operation);
          if (catalogue && !entry) return null;
          return (
            <li key={sample.id} style={{ "--tilt": `${tilts[position % tilts.length]}deg` }}>
              <button type="button" onClick={() => begin(sample)}>
                <img src={sample.url} alt={sample.alt} width="400" height="400" />
                <span className="cap">{sample.caption}</span>
                <span className="cost">{entry ? credits(priceOf(entry)) : " "}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {offered("text-to-image") ? (
        <p className="hint center">
          Or start from words alone:{" "}
          <button type="button" className="link" onClick={words}>
            describe a picture
          </button>
        </p>
      ) : null}
    </div>
  );
}

function priceOf(entry: Parameters<typeof estimate>[0]): number {
  const provider = entry.providers[0]?.provider;
  return estimate(entry, provider ? { provider } : {});
}
