import { toZip } from "../../zip.ts";
import type { Model, Part } from "../model.ts";
import { pointsOf, shortened, type TextureFile } from "./texture-files.ts";

/** Writes a model as USDZ: USD as text, and its textures, each at a multiple of 64 bytes as phones demand. */
export function toUsdz({ parts }: Model, textures: readonly (TextureFile | undefined)[]): Uint8Array {
  const scene = `#usda 1.0
(
    defaultPrim = "Model"
    metersPerUnit = 1
    upAxis = "Y"
)

def Xform "Model" (
    kind = "component"
)
{
${parts.map(meshOf).join("\n")}
    def Scope "Materials"
    {
${parts.map((part, index) => materialOf(part, index, textures[index])).join("\n")}
    }
}
`;
  return toZip(
    [{ name: "model.usda", bytes: Buffer.from(scene) }, ...textures.flatMap((texture) => texture ?? [])],
    64,
  );
}

function meshOf({ positions, normals, uvs, indices }: Part, index: number): string {
  const list = (numbers: Float32Array, size: number) =>
    pointsOf(numbers, size)
      .map((point) => `(${shortened(point, ", ")})`)
      .join(", ");
  // USD counts v from the bottom.
  const flipped = Float32Array.from(uvs, (value, at) => (at % 2 === 1 ? 1 - value : value));
  return `    def Mesh "Part${index}" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {
        int[] faceVertexCounts = [${Array(indices.length / 3)
          .fill(3)
          .join(", ")}]
        int[] faceVertexIndices = [${Array.from(indices).join(", ")}]
        point3f[] points = [${list(positions, 3)}]
        normal3f[] normals = [${list(normals, 3)}] (
            interpolation = "vertex"
        )
        texCoord2f[] primvars:st = [${list(flipped, 2)}] (
            interpolation = "vertex"
        )
        uniform token subdivisionScheme = "none"
        rel material:binding = </Model/Materials/M${index}>
    }`;
}

function materialOf({ material }: Part, index: number, texture: TextureFile | undefined): string {
  const path = `/Model/Materials/M${index}`;
  const plain = `color3f inputs:diffuseColor = (${shortened(
    material.colour.map((value) => (value / 255) ** 2.2),
    ", ",
  )})`;
  return `        def Material "M${index}"
        {
            token outputs:surface.connect = <${path}/Surface.outputs:surface>

            def Shader "Surface"
            {
                uniform token info:id = "UsdPreviewSurface"
                ${texture ? `color3f inputs:diffuseColor.connect = <${path}/Texture.outputs:rgb>` : plain}
                float inputs:metallic = 0
                float inputs:roughness = ${material.roughness}
                token outputs:surface
            }
${texture ? shadersOf(path, texture) : ""}        }`;
}

function shadersOf(path: string, { name }: TextureFile): string {
  return `
            def Shader "Texture"
            {
                uniform token info:id = "UsdUVTexture"
                asset inputs:file = @${name}@
                float2 inputs:st.connect = <${path}/Place.outputs:result>
                token inputs:wrapS = "repeat"
                token inputs:wrapT = "repeat"
                float3 outputs:rgb
            }

            def Shader "Place"
            {
                uniform token info:id = "UsdPrimvarReader_float2"
                token inputs:varname = "st"
                float2 outputs:result
            }
`;
}
