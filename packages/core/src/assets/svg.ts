import { MediaRejected } from "./media-rejected.ts";
import { rest, type Walk } from "./walk.ts";
import { createXmlReader } from "./xml.ts";

const namespace = "http://www.w3.org/2000/svg";
const notAllowed = (fault: string) => new MediaRejected("not_allowed", `svg: ${fault}`);
const active = /^(?:script|foreignobject|iframe|embed|object|handler|listener)$/i;

/**
 * Passes over an SVG: well-formed XML whose root is `svg`, without anything that runs.
 *
 * It is sent as a download all the same: what one reader of SVG takes for a picture, another one takes for a program.
 * A drawing has no pixels, so it has no width and height either.
 */
export function* walkSvg(): Walk {
  let elements = 0;
  const reader = createXmlReader({
    open(name, attributes) {
      const [local = "", prefix = ""] = name.split(":").reverse();
      if (elements === 0) {
        const declared = attributes.get(prefix === "" ? "xmlns" : `xmlns:${prefix}`);
        if (local !== "svg" || declared !== namespace) throw notAllowed("the root is no drawing");
      }
      elements += 1;
      if (active.test(local)) throw notAllowed("something that runs");
      for (const [key, value] of attributes) {
        if (/^(?:\w+:)?on/i.test(key)) throw notAllowed("an event handler");
        if (/(?:^|:)href$/i.test(key) && !/^\s*(?:#|data:image\/(?:png|jpe?g|webp)[;,])/i.test(value))
          throw notAllowed("points to something elsewhere");
      }
    },
    text: () => undefined,
  });
  yield* rest(reader.push);
  reader.end();
  return { width: null, height: null };
}
