import { colourOf } from "../../colour.ts";
import { toZip } from "../../zip.ts";
import type { Model, Part } from "../model.ts";
import { pointsOf, shortened } from "./texture-files.ts";

const types = `<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>`;
const relations = `<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rel0" Target="/3D/3dmodel.model" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>`;

/** Writes a model as 3MF: an object for each part in its plain colour, z up. */
export function to3mf({ parts }: Model): Uint8Array {
  const colours = parts.map(
    ({ material }) =>
      `<base name="${escaped(material.name)}" displaycolor="${colourOf(material.colour).toUpperCase()}"/>`,
  );
  const objects = parts.map((part, index) => objectOf(part, index));
  const items = parts.map((_, index) => `<item objectid="${index + 2}"/>`);
  const model = `<?xml version="1.0" encoding="UTF-8"?>
<model unit="meter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"><resources><basematerials id="1">${colours.join("")}</basematerials>${objects.join("\n")}</resources><build>${items.join("")}</build></model>`;
  return toZip([
    { name: "[Content_Types].xml", bytes: Buffer.from(types) },
    { name: "_rels/.rels", bytes: Buffer.from(relations) },
    { name: "3D/3dmodel.model", bytes: Buffer.from(model) },
  ]);
}

function objectOf({ positions, indices }: Part, index: number): string {
  const vertices = pointsOf(positions, 3).map(([x = 0, y = 0, z = 0]) => {
    const [a, b, c] = shortened([x, -z, y]).split(" ");
    return `<vertex x="${a}" y="${b}" z="${c}"/>`;
  });
  const triangles = pointsOf(indices, 3).map(([a, b, c]) => `<triangle v1="${a}" v2="${b}" v3="${c}"/>`);
  return `<object id="${index + 2}" type="model" pid="1" pindex="${index}"><mesh><vertices>${vertices.join("")}</vertices><triangles>${triangles.join("")}</triangles></mesh></object>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
