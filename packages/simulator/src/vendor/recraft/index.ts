import { Hono } from "hono";
import { createAccounts } from "../../accounts.ts";
import { ownerOf } from "../owner.ts";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { createErrors, unauthorized } from "./errors.ts";
import { type Kind, sellGenerations } from "./generations.ts";
import { createImages } from "./images.ts";
import { modelIds, units } from "./models.ts";
import { refuseOthers, textOf } from "./parameters.ts";
import { invalid, Refusal } from "./refusal.ts";
import { buy, type Shop, type Visit, visit } from "./sell.ts";
import { createStyleBook } from "./style-book.ts";
import { basicStyleList, sellStyle, view } from "./style-routes.ts";
import { tools } from "./tools.ts";
import { transforms } from "./transforms.ts";

type Route = (shop: Shop, order: Visit) => Promise<Response>;

const generations =
  (kind: Kind): Route =>
  (shop, order) =>
    sellGenerations(shop, order, kind);

/** Every path that sells something, below `/v1/`. */
const orders: Readonly<Record<string, Route>> = {
  "images/generations": generations("any"),
  "images/generations/raster": generations("raster"),
  "images/generations/vector": generations("vector"),
  ...named({ ...transforms, ...tools }),
  styles: sellStyle,
  "prompts/enhance": enhance,
};

function named(routes: Readonly<Record<string, Route>>): Record<string, Route> {
  return Object.fromEntries(Object.entries(routes).map(([name, route]) => [`images/${name}`, route]));
}

/** Recraft's API: raster and vector pictures at once, links that are good for a day. */
export const recraft: CreateVendor = (world) => {
  const errors = createErrors(world.settings.canary);
  const images = createImages(world);
  const styles = createStyleBook(world);
  const accounts = createAccounts(world.state, "recraft");
  const shop: Shop = { world, errors, accounts, images, styles };
  const routes = new Hono<{ Bindings: Exchange; Variables: { owner: string } }>();

  routes.use("*", async (c, next) => {
    await next();
    if (!c.res.headers.has("x-recraft-requestid")) c.res.headers.set("x-recraft-requestid", errors.id());
  });
  routes.get("/img/*", (c) => images.serve(c.env));
  routes.get("/status", (c) => c.json({ service: true, generation: true }));
  routes.get("/ping", (c) => c.body(null, 200));
  routes.use("/v1/*", async (c, next) => {
    const [, key = ""] = /^Bearer (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "") ?? [];
    if (key === "") throw unauthorized();
    c.set("owner", ownerOf(key));
    await next();
  });

  for (const [path, sell] of Object.entries(orders)) {
    routes.post(`/v1/${path}`, async (c) => sell(shop, await visit(c.env, c.get("owner"), path)));
  }
  routes.get("/v1/users/me", (c) =>
    c.json({
      id: `${c.get("owner").slice(0, 8)}-0000-4000-8000-${c.get("owner").slice(4, 16)}`,
      credits: accounts.balance(c.get("owner")),
      name: world.settings.canary ?? "Someone",
      email: `someone@${world.settings.canary ?? "example.com"}`,
    }),
  );
  routes.get("/v1/models", (c) => c.json({ models: modelIds.map((id) => ({ id })) }));
  routes.get("/v1/styles/basic", (c) => c.json(basicStyleList()));
  routes.get("/v1/styles", (c) => c.json({ styles: styles.allOf(c.get("owner")).map(view) }));
  routes.on(["GET", "DELETE"], "/v1/styles/:id", (c) => {
    const style = styles.find(c.req.param("id"), c.get("owner"));
    if (!style) throw new Refusal(404, "style_not_found", "There is no such style");
    if (c.req.method === "DELETE") styles.remove(style);
    return c.req.method === "DELETE" ? c.body(null, 204) : c.json(view(style));
  });
  routes.notFound(() => errors.answer(new Refusal(404, "not_found", "There is no such endpoint")));
  routes.onError((error) => errors.answer(errors.from(error)));

  return {
    name: "recraft",
    routes: routes as unknown as Hono<{ Bindings: Exchange }>,
    unit: "units",
    faults: new Set(["moderated", "link_expired", "no_outputs"]),
    roleOf(method, path) {
      if (path.startsWith("/img/")) return "media";
      return method === "POST" && path.slice("/v1/".length) in orders ? "create" : "other";
    },
    refuse: (fault) => errors.answer(errors.of(fault)),
    nonsense(variant, _, { path }) {
      if (variant === "refusal_in_200") return errors.body(errors.of({ kind: "server_error" }));
      if (variant === "missing_id") return { created: Math.floor(world.now() / 1000) };
      const odd = { image_id: 42, url: 7, b64_json: null };
      const isSingle = path.replace("/v1/images/", "") in tools;
      return { created: "now", credits: "many", ...(isSingle ? { image: [odd] } : { data: odd }) };
    },
  };
};

/** `POST /prompts/enhance`. */
async function enhance(shop: Shop, order: Visit): Promise<Response> {
  refuseOthers(order.fields, new Set(["prompt"]));
  const prompt = textOf(order.fields, "prompt");
  if (!prompt) throw invalid("prompt", "is required");
  const id = buy(shop, order, units.enhance, 1);
  const enhanced_prompt = `${prompt}, soft morning light, careful composition, rich in detail`;
  return shop.errors.sign(Response.json({ enhanced_prompt, credits: units.enhance }), id);
}
