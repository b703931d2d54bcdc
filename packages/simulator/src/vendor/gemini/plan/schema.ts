import { isRecord } from "../../../faults/json.ts";
import { wrongValue } from "../fields.ts";
import { invalidField, unknownName } from "../refusal.ts";

/** What a planned answer must look like, whichever of the two schema languages it was sent in. */
export interface PlanSchema {
  /** Lower case; undefined for anything. */
  readonly type?: string;
  readonly nullable?: boolean;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, PlanSchema>>;
  readonly required?: readonly string[];
  readonly propertyOrdering?: readonly string[];
  readonly items?: PlanSchema;
  readonly prefixItems?: readonly PlanSchema[];
  readonly anyOf?: readonly PlanSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const common =
  "type format title description enum items minItems maxItems minimum maximum anyOf properties required propertyOrdering";
const openApiNames =
  `${common} nullable minProperties maxProperties minLength maxLength pattern example default`.split(" ");
const jsonNames = `${common} $id $defs $ref $anchor prefixItems oneOf additionalProperties`.split(" ");
const openApiTypes = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];
const depthMax = 12;

/**
 * Reads `responseSchema`: the vendor's subset of OpenAPI, with types in upper case.
 *
 * @throws Refusal - a keyword or type that is not in the subset, or an object without properties.
 */
export function readOpenApiSchema(value: unknown, path: string): PlanSchema {
  return readSchema(value, path, { names: openApiNames, typeOf: upperCaseType, definitions: {}, depth: 0 });
}

/**
 * Reads `responseJsonSchema`.
 *
 * @throws Refusal - a keyword that is not supported, or a reference that leads nowhere.
 */
export function readJsonSchema(value: unknown, path: string): PlanSchema {
  const definitions = isRecord(value) && isRecord(value.$defs) ? value.$defs : {};
  return readSchema(value, path, { names: jsonNames, typeOf: lowerCaseType, definitions, depth: 0 });
}

interface Language {
  readonly names: readonly string[];
  readonly typeOf: (value: unknown, path: string) => Pick<PlanSchema, "type" | "nullable">;
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly depth: number;
}

function readSchema(value: unknown, path: string, language: Language): PlanSchema {
  if (!isRecord(value)) throw wrongValue(path, "Schema", value);
  const stranger = Object.keys(value).find((name) => !language.names.includes(name));
  if (stranger !== undefined) throw unknownName(stranger, path);
  if (language.depth > depthMax) throw invalidField(path, "The schema is nested too deeply.");
  const inner = { ...language, depth: language.depth + 1 };
  if (value.$ref !== undefined) return followed(String(value.$ref), path, inner);

  const child = (item: unknown, name: string) => readSchema(item, `${path}.${name}`, inner);
  const children = (name: string) => {
    const list = value[name];
    if (list === undefined) return undefined;
    if (!Array.isArray(list)) throw wrongValue(`${path}.${name}`, "TYPE_MESSAGE", list);
    return list.map((item, index) => child(item, `${name}[${index}]`));
  };
  const properties = isRecord(value.properties)
    ? Object.fromEntries(
        Object.entries(value.properties).map(([name, item]) => [name, child(item, `properties[${name}]`)]),
      )
    : undefined;
  const anyOf = children("anyOf") ?? children("oneOf");
  const type = language.typeOf(value.type, `${path}.type`);
  checkParts(value, type.type, properties, path);
  const kept = ["description", "format", "enum", "required", "propertyOrdering"];
  const bounds = ["minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"];
  return {
    ...Object.fromEntries(kept.flatMap((name) => (value[name] == null ? [] : [[name, value[name]]]))),
    ...Object.fromEntries(
      bounds.flatMap((name) => (value[name] == null ? [] : [[name, Number(value[name])]])),
    ),
    ...type,
    ...(value.nullable === true ? { nullable: true } : {}),
    ...(properties ? { properties } : {}),
    ...(anyOf ? { anyOf } : {}),
    ...(value.items === undefined ? {} : { items: child(value.items, "items") }),
    ...(value.prefixItems === undefined ? {} : { prefixItems: children("prefixItems") ?? [] }),
  };
}

function checkParts(
  value: Record<string, unknown>,
  type: string | undefined,
  properties: Readonly<Record<string, PlanSchema>> | undefined,
  path: string,
): void {
  if (type === "array" && value.items === undefined && value.prefixItems === undefined) {
    throw invalidField(`${path}.items`, `* ${path}.items: missing field.`);
  }
  if (type === "object" && Object.keys(properties ?? {}).length === 0 && !("additionalProperties" in value)) {
    throw invalidField(`${path}.properties`, `* ${path}.properties: should be non-empty for OBJECT type`);
  }
  for (const list of ["enum", "required", "propertyOrdering"]) {
    if (value[list] !== undefined && !Array.isArray(value[list])) {
      throw wrongValue(`${path}.${list}`, "TYPE_STRING", value[list]);
    }
  }
  const required = (value.required ?? []) as unknown[];
  required.forEach((name, index) => {
    if (!Object.hasOwn(properties ?? {}, String(name))) {
      throw invalidField(
        `${path}.required[${index}]`,
        `* ${path}.required[${index}]: property is not defined`,
      );
    }
  });
}

function followed(reference: string, path: string, language: Language): PlanSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1] ?? "";
  if (!Object.hasOwn(language.definitions, name)) {
    throw invalidField(`${path}.$ref`, `Reference to undefined schema: ${reference.slice(0, 80)}`);
  }
  return readSchema(language.definitions[name], `${path}.$defs[${name}]`, language);
}

function upperCaseType(value: unknown, path: string): Pick<PlanSchema, "type"> {
  if (value === undefined) return {};
  if (!openApiTypes.includes(value as string)) throw wrongValue(path, "Type", value);
  return { type: String(value).toLowerCase() };
}

function lowerCaseType(value: unknown, path: string): Pick<PlanSchema, "type" | "nullable"> {
  if (value === undefined) return {};
  const types = Array.isArray(value) ? value : [value];
  const known = openApiTypes.map((type) => type.toLowerCase());
  if (types.some((type) => !known.includes(type))) throw wrongValue(path, "Type", value);
  const type: unknown = types.find((one) => one !== "null") ?? "null";
  return { type: String(type), ...(types.length > 1 && types.includes("null") ? { nullable: true } : {}) };
}
