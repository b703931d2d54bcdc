import { randomUUID } from "node:crypto";
import { type Colour, colourOf } from "../../media/colour.ts";
import { averageColour, open, type Picture, toPicture } from "../../media/picture.ts";
import type { World } from "../vendor.ts";

/** A style that a buyer made from pictures. */
export interface StyleRecord {
  readonly id: string;
  /** Digest of the key that created it; to every other key it does not exist. */
  readonly owner: string;
  readonly style: string;
  readonly is_private: boolean;
  readonly created_ms: number;
  /** What its pictures have in common, and all that is painted of it. */
  readonly colours: readonly Colour[];
  readonly deleted: boolean;
}

/** The styles that buyers made. */
export interface StyleBook {
  create(
    owner: string,
    style: string,
    isPrivate: boolean,
    pictures: readonly Picture[],
  ): Promise<StyleRecord>;
  find(id: string, owner: string): StyleRecord | undefined;
  allOf(owner: string): readonly StyleRecord[];
  remove(style: StyleRecord): void;
}

/** Opens the book. */
export function createStyleBook(world: World): StyleBook {
  const styles = world.state.collection<StyleRecord>("recraft.styles");
  const isOf = (owner: string) => (style: StyleRecord) => style.owner === owner && !style.deleted;
  return {
    async create(owner, style, isPrivate, pictures) {
      const colours: Colour[] = [];
      for (const picture of pictures.slice(0, 3)) colours.push(...(await coloursOf(picture)));
      const facts = { owner, style, is_private: isPrivate, created_ms: world.now(), deleted: false };
      const record = { ...facts, id: randomUUID(), colours: colours.slice(0, 3) };
      styles.set(record.id, record);
      return record;
    },
    find(id, owner) {
      const style = styles.get(id);
      return style && isOf(owner)(style) ? style : undefined;
    },
    allOf: (owner) => styles.all().filter(isOf(owner)),
    remove: (style) => styles.set(style.id, { ...style, deleted: true }),
  };
}

/** The colour of the middle of a picture, and of the whole. */
async function coloursOf(picture: Picture): Promise<Colour[]> {
  const { width, height } = picture;
  const area = {
    left: Math.floor(width / 3),
    top: Math.floor(height / 3),
    width: Math.max(1, Math.floor(width / 3)),
    height: Math.max(1, Math.floor(height / 3)),
  };
  const middle = await toPicture(open(picture).extract(area));
  return [colourOf(averageColour(middle)), colourOf(averageColour(picture))];
}
