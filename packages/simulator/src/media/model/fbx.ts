import type { Model, Part } from "./model.ts";

/** Writes a model as ASCII FBX 7.4, where neighbouring triangles of a sheet become quads again. */
export function toFbx({ name, parts }: Model): Uint8Array {
  const objects = parts.map((part, index) => geometry(name, part, index));
  const links = parts.map(
    (_, index) => `\tC: "OO",${2000 + index},0\n\tC: "OO",${1000 + index},${2000 + index}`,
  );
  const text = [
    "; FBX 7.4.0 project file",
    "FBXHeaderExtension:  {\n\tFBXHeaderVersion: 1003\n\tFBXVersion: 7400\n}",
    'GlobalSettings:  {\n\tVersion: 1000\n\tProperties70:  {\n\t\tP: "UpAxis", "int", "Integer", "",1\n\t\tP: "UnitScaleFactor", "double", "Number", "",100\n\t}\n}',
    `Objects:  {\n${objects.join("\n")}\n}`,
    `Connections:  {\n${links.join("\n")}\n}`,
    "",
  ].join("\n");
  return new TextEncoder().encode(text);
}

function geometry(name: string, { positions, normals, uvs, indices }: Part, index: number): string {
  const polygons = quadsOf(indices);
  const corners = polygons.flat();
  // The last corner of a polygon is marked by its bitwise complement.
  const marked = polygons.flatMap((polygon) =>
    polygon.map((vertex, at) => (at === polygon.length - 1 ? ~vertex : vertex)),
  );
  const pick = (from: Float32Array, size: number, vertices: readonly number[]) =>
    vertices.flatMap((vertex) => Array.from(from.subarray(vertex * size, vertex * size + size)));
  const layer = (kind: string, key: string, values: number[]) =>
    `\t\tLayerElement${kind}: 0 {\n\t\t\tVersion: 101\n\t\t\tName: ""\n\t\t\tMappingInformationType: "ByPolygonVertex"\n\t\t\tReferenceInformationType: "Direct"\n\t\t\t${key}: ${array(values, 3)}\n\t\t}`;
  const flipped = Float32Array.from(uvs, (value, at) => (at % 2 === 1 ? 1 - value : value));
  return [
    `\tGeometry: ${1000 + index}, "Geometry::${name}", "Mesh" {`,
    `\t\tVertices: ${array(Array.from(positions), 2)}`,
    `\t\tPolygonVertexIndex: ${array(marked, 2)}`,
    layer("Normal", "Normals", pick(normals, 3, corners)),
    layer("UV", "UV", pick(flipped, 2, corners)),
    `\t\tLayer: 0 {\n\t\t\tVersion: 100\n\t\t\tLayerElement:  {\n\t\t\t\tType: "LayerElementNormal"\n\t\t\t\tTypedIndex: 0\n\t\t\t}\n\t\t\tLayerElement:  {\n\t\t\t\tType: "LayerElementUV"\n\t\t\t\tTypedIndex: 0\n\t\t\t}\n\t\t}\n\t}`,
    `\tModel: ${2000 + index}, "Model::${name}", "Mesh" {\n\t\tVersion: 232\n\t}`,
  ].join("\n");
}

/** Joins pairs of triangles (a b c) (a c d) to quads; what has no partner stays a triangle. */
function quadsOf(indices: Uint32Array): number[][] {
  const polygons: number[][] = [];
  for (let at = 0; at < indices.length; at += 3) {
    const [a = 0, b = 0, c = 0] = indices.subarray(at, at + 3);
    const [e, f, g = 0] = indices.subarray(at + 3, at + 6);
    if (e === a && f === c) {
      polygons.push([a, b, c, g]);
      at += 3;
    } else {
      polygons.push([a, b, c]);
    }
  }
  return polygons;
}

/** Readers of the text form go by its tabs: a list stands one deeper than its name. */
function array(values: readonly number[], depth: number): string {
  const short = values.map((value) => Math.round(value * 1e5) / 1e5);
  const tabs = "\t".repeat(depth);
  return `*${values.length} {\n${tabs}\ta: ${short.join(",")}\n${tabs}}`;
}
