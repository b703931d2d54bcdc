import { UsageError } from "./command.ts";

/** What clients may do past the server, as the project chooses it. What is left out stays as it is. */
export interface ClientSettings {
  /** The views of assets: exactly these. */
  readonly views?: Readonly<Record<string, AssetView>>;
  readonly buckets?: Readonly<Record<string, { readonly public: boolean; readonly client_uploads: boolean }>>;
  readonly clientRows?: boolean;
}

/** What a view shows, and the names that it gives to columns beside their own. */
interface AssetView {
  readonly kinds: readonly string[];
  /** One more name of `source_asset_id`. */
  readonly source?: string;
  /** One more name → the column. */
  readonly names?: Readonly<Record<string, string>>;
}

/** The options of `bff migrate` that make them. */
export interface SettingOptions {
  readonly view?: readonly string[] | undefined;
  readonly bucket?: readonly string[] | undefined;
  readonly "client-rows"?: string | undefined;
}

const viewOption =
  /^([a-z_][a-z0-9_]{0,62})=((?:image|vector|model)(?:,(?:image|vector|model))*)(?::([a-z0-9_,=]+))?$/;
const nameOption = /^([a-z_][a-z0-9_]{0,62})(?:=([a-z_]+))?$/;
const bucketOption = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,46})((?::(?:public|client-uploads))*)$/;

/**
 * Reads `--view concept_images=image,vector:source_concept_image_id,job=generation_id`, `--bucket uploads:client-uploads`
 * and `--client-rows on`.
 *
 * @throws UsageError - one of them is not written like that.
 */
export function readSettings(options: SettingOptions): ClientSettings {
  const { view, bucket, "client-rows": clientRows } = options;
  if (clientRows !== undefined && clientRows !== "on" && clientRows !== "off")
    throw new UsageError("--client-rows is on or off");
  return {
    ...(view === undefined ? {} : { views: Object.fromEntries(view.map(readView)) }),
    ...(bucket === undefined ? {} : { buckets: Object.fromEntries(bucket.map(readBucket)) }),
    ...(clientRows === undefined ? {} : { clientRows: clientRows === "on" }),
  };
}

function readView(option: string): [string, AssetView] {
  const [, name, kinds = "", columns] = viewOption.exec(option) ?? [];
  const named = columns?.split(",").map((column) => nameOption.exec(column)) ?? [];
  if (name === undefined || named.includes(null))
    throw new UsageError(
      `--view ${option} is not like concept_images=image,vector, models=model:parent or models=model:parent,job=generation_id`,
    );
  const names = named.flatMap((match) => (match?.[2] === undefined ? [] : [[match[1], match[2]]]));
  const [source, ...more] = named.flatMap((match) => (match?.[2] === undefined ? [match?.[1]] : []));
  if (more.length > 0)
    throw new UsageError(
      `--view ${option}: say of which columns these are names, as ${more[0]}=generation_id`,
    );
  return [
    name,
    {
      kinds: [...new Set(kinds.split(","))].sort(),
      ...(source === undefined ? {} : { source }),
      ...(names.length === 0 ? {} : { names: Object.fromEntries(names.sort()) }),
    },
  ];
}

function readBucket(option: string): [string, { public: boolean; client_uploads: boolean }] {
  const [, name, flags = ""] = bucketOption.exec(option) ?? [];
  if (name === undefined)
    throw new UsageError(
      `--bucket ${option} is not like generated_assets, uploads:client-uploads or logos:public`,
    );
  const given = flags.split(":");
  return [name, { public: given.includes("public"), client_uploads: given.includes("client-uploads") }];
}

/** The calls that make them so, of functions that are harmless to repeat. The same settings give the same text. */
export function settingCalls({ views, buckets, clientRows }: ClientSettings): string[] {
  // Names were checked: no quote can come in.
  return [
    ...(views === undefined ? [] : [`genbff.set_views('${JSON.stringify(views)}')`]),
    ...(buckets === undefined ? [] : [`genbff.set_buckets('${JSON.stringify(buckets)}')`]),
    ...(clientRows === undefined ? [] : [`genbff.allow_client_rows(${clientRows})`]),
  ];
}
