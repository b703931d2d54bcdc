import * as z from "zod";
import { askCore, type Call, refusal } from "./core.ts";
import { readJson } from "./read-body.ts";
import { styled } from "./styled.ts";
import { coreTaskIdOf, generationIdOf, taskIdOf } from "./task-ids.ts";

const words = { prompt: z.string().optional(), style: z.string().optional() };
const texture = z.boolean().default(true);

/** What each route takes. Unknown fields are left aside, as they were by the first version. */
const bodies = {
  "text-to-model": z.object({ ...words, prompt: z.string(), texture }),
  "image-to-model": z.object({ ...words, image_urls: z.array(z.string()), texture }),
  "sketch-to-model": z.object({ ...words, image_url: z.string(), texture }),
  "refine-model": z.object({ draft_model_task_id: z.string() }),
};

type ModelRoute = keyof typeof bodies;
export const modelRoutes = Object.keys(bodies) as ModelRoute[];

/** `POST /generate/{text,image,sketch}-to-model` and `refine-model`: Tripo's work, to be polled. */
export async function makeModel(call: Call, route: ModelRoute): Promise<Response> {
  const parsed = bodies[route].safeParse(await readJson(call));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refusal(400, "validation_failed", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const started = await askCore(call, `/api/generate/${route}`, {
    task_id: await coreTaskIdOf(call),
    ...(await fieldsOf(call, parsed.data)),
  });
  const { generation_id } = (await started.json()) as { generation_id: string };
  return Response.json({ task_id: await taskIdOf(call, generation_id) });
}

/** The first version's names, in core's. */
async function fieldsOf(call: Call, body: z.output<(typeof bodies)[ModelRoute]>): Promise<object> {
  if ("draft_model_task_id" in body)
    return { draft_generation_id: await generationIdOf(call, body.draft_model_task_id) };
  const { prompt, style } = body;
  const said = prompt === undefined ? {} : { prompt: styled(prompt, style) };
  const seen =
    "image_urls" in body
      ? { input_image_asset_urls: body.image_urls }
      : "image_url" in body
        ? { input_sketch_asset_url: body.image_url }
        : {};
  return { ...said, ...seen, texture: body.texture };
}
