import { setTimeout as wait } from "node:timers/promises";
import type { Accounts } from "../../accounts.ts";
import { createRandom } from "../../random.ts";
import { clientReferenceOf, digestOf, type RequestBody } from "../../request.ts";
import type { Exchange, World } from "../vendor.ts";
import type { Errors } from "./errors.ts";
import type { Images, Media } from "./images.ts";
import type { Delivery, Order } from "./order.ts";
import type { Job } from "./paint.ts";
import { type Parameters, typedForm } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import type { StyleBook, StyleRecord } from "./style-book.ts";

/** What every route that sells something needs. */
export interface Shop {
  readonly world: World;
  readonly errors: Errors;
  readonly accounts: Accounts;
  readonly images: Images;
  readonly styles: StyleBook;
}

/** One request to buy something. */
export interface Visit {
  readonly exchange: Exchange;
  readonly owner: string;
  /** Below `/v1/`. */
  readonly operation: string;
  readonly body: RequestBody;
  /** The body's fields by the types that they have in JSON. */
  readonly fields: Parameters;
}

const unitsPerDollar = 1000;

/** Reads the body of a request to buy something. */
export async function visit(exchange: Exchange, owner: string, operation: string): Promise<Visit> {
  const body = await exchange.request.body();
  const isForm = (exchange.request.headers.get("content-type") ?? "").startsWith("multipart/");
  return { exchange, owner, operation, body, fields: isForm ? typedForm(body.fields) : body.fields };
}

/**
 * Enters a purchase in the books; returns its id.
 *
 * @throws Refusal - the account is empty, or a fault has the result refused.
 */
export function buy({ world, errors, accounts }: Shop, order: Visit, units: number, outputs: number): string {
  const { fault } = order.exchange;
  // Who answers at once has no task in which it could be noticed later.
  if (fault?.kind === "moderated" && fault.stage !== "placeholder") throw errors.of(fault);
  if (accounts.balance(order.owner) < units) throw errors.of({ kind: "quota" });
  const id = errors.id();
  world.purchases.record({
    vendor: "recraft",
    purchase_id: id,
    operation: order.operation,
    client_reference: clientReferenceOf(order.exchange.request),
    request_digest: digestOf(order.body),
    outputs,
    credits: units,
    usd: units / unitsPerDollar,
    refunded: false,
    created_at: new Date(world.now()).toISOString(),
  });
  accounts.spend(order.owner, units);
  return id;
}

/** Sells `n` pictures of an order and answers with the list. */
export async function sellList(
  shop: Shop,
  order: Visit,
  wish: Order,
  {
    unitsEach = unitsOf(wish),
    style,
  }: { readonly unitsEach?: number; readonly style?: StyleRecord | undefined },
  paint: (job: Job) => Promise<Media>,
): Promise<Response> {
  const { world, errors, images } = shop;
  const { fault } = order.exchange;
  const known = style ?? styleOf(shop, order, wish);
  const seed = wish.seed ?? drawSeed(world, order);
  // The first picture before the books: what is wrong with its geometry is refused, not sold.
  const job = { order: wish, seed, styleColours: known?.colours ?? [] };
  const first = await paint({ ...job, index: 0 });
  const units = unitsEach * wish.n;
  const id = buy(shop, order, units, wish.n);
  await wait(world.settings.latencyMs);
  const data: Record<string, unknown>[] = [];
  for (let index = 0; index < wish.n && fault?.kind !== "no_outputs"; index++) {
    const media = index === 0 ? first : await paint({ ...job, index });
    const features = wish.scoresNsfw ? { features: { nsfw_score: 0.01 } } : {};
    data.push({ ...(await images.show(media, wish, fault)), ...features });
  }
  const created = Math.floor(world.now() / 1000);
  const styleId = style ? { style_id: style.id } : {};
  return errors.sign(Response.json({ created, credits: units, data, ...styleId }), id);
}

/** Sells one worked-over picture and answers with it. */
export async function sellSingle(
  shop: Shop,
  order: Visit,
  units: number,
  delivery: Delivery,
  make: () => Promise<Media>,
): Promise<Response> {
  const { world, errors, images } = shop;
  const { fault } = order.exchange;
  const id = buy(shop, order, units, 1);
  await wait(world.settings.latencyMs);
  const created = Math.floor(world.now() / 1000);
  const image = fault?.kind === "no_outputs" ? undefined : await images.show(await make(), delivery, fault);
  return errors.sign(Response.json({ created, credits: units, ...(image ? { image } : {}) }), id);
}

/** The price of one picture. A raster model that draws by its style costs what its vector sister costs. */
function unitsOf({ model, vector }: Order): number {
  return vector && !model.vector ? model.units * 2 : model.units;
}

function styleOf({ styles }: Shop, { owner }: Visit, { styleId }: Order): StyleRecord | undefined {
  if (styleId === undefined) return undefined;
  const style = styles.find(styleId, owner);
  if (!style) throw new Refusal(400, "style_not_found", `style_id: there is no style ${styleId}`);
  return style;
}

/** Another seed for each purchase, the same ones for a simulator of the same seed. */
function drawSeed({ settings, purchases }: World, { body }: Visit): number {
  const random = createRandom(`${settings.seed}/${purchases.all().length}/${digestOf(body)}`);
  return random.whole(1, 4_294_967_295);
}
