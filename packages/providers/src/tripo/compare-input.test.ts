import { expect, it } from "vitest";
import { compareInput } from "./compare-input.ts";

const sent = { model: "v3.1-20260211", prompt: "a lamp", face_limit: 500 };
const views = { model: "m", inputs: [{ front: "f1" }, { left: "f2" }] };

it.each([
  ["the same", sent, { ...sent }, "equal"],
  ["more than we sent", sent, { ...sent, texture: true, type: "text_to_model" }, "equal"],
  [
    "the former name of the model",
    sent,
    { prompt: "a lamp", face_limit: 500, model_version: "v3.1-20260211" },
    "equal",
  ],
  ["a prompt that was trimmed", { prompt: " a lamp " }, { prompt: "a lamp" }, "equal"],
  ["another prompt", sent, { ...sent, prompt: "a lamp!" }, "different"],
  ["another number", sent, { ...sent, face_limit: 501 }, "different"],
  ["a number as text", sent, { ...sent, face_limit: "500" }, "unclear"],
  ["a number as text, and another prompt", sent, { ...sent, face_limit: "500", prompt: "a" }, "different"],
  ["less than we sent", sent, { model: "v3.1-20260211", prompt: "a lamp" }, "unclear"],
  ["less, and another prompt", sent, { prompt: "a chair" }, "different"],
  ["nothing", sent, undefined, "unclear"],
  ["the same views", views, { ...views }, "equal"],
  ["other views", views, { model: "m", inputs: [{ front: "f1" }, { left: "f3" }] }, "different"],
  ["one view more", views, { model: "m", inputs: [...views.inputs, { back: "f3" }] }, "different"],
  ["views as text", views, { model: "m", inputs: "f1" }, "unclear"],
  ["views by their places", views, { model: "m", inputs: ["f1", "f2"] }, "unclear"],
  ["views in another order", views, { model: "m", inputs: views.inputs.toReversed() }, "unclear"],
  ["the address of a file", { input: "f1" }, { input: "https://tripo-data.example.com/f1.png" }, "unclear"],
  ["the place of a file", { input: "f1" }, { file: { object: { bucket: "b", key: "k" } } }, "unclear"],
  ["the former shape of a file", { input: "f1" }, { file: { type: "png", file_token: "f1" } }, "equal"],
  [
    "words for a surface as the other document has them",
    { texture_prompt: { text: "a" } },
    { text_prompt: "a" },
    "equal",
  ],
  ["other words for a surface", { texture_prompt: { text: "a" } }, { text_prompt: "b" }, "different"],
  ["the former name of what it works on", { input: "t1" }, { original_model_task_id: "t1" }, "equal"],
  ["another file", { input: "f1" }, { file: { type: "png", file_token: "f2" } }, "different"],
])("compares with %s", (_, ours, recorded, expected) => {
  expect(compareInput(ours, recorded)).toBe(expected);
});
