import { UsageError } from "./command.ts";

/** What clients may do past the server, as the project chooses it. What is left out stays as it is. */
export interface ClientSettings {
  /** The views of assets: exactly these. */
  readonly views?: Readonly<Record<string, { readonly kinds: readonly string[]; readonly source?: string }>>;
  readonly buckets?: Readonly<Record<string, { readonly public: boolean; readonly client_uploads: boolean }>>;
  readonly clientRows?: boolean;
}

/** The options of `bff migrate` that make them. */
export interface SettingOptions {
  readonly view?: readonly string[] | undefined;
  readonly bucket?: readonly string[] | undefined;
  readonly "client-rows"?: string | undefined;
}

const viewOption =
  /^([a-z_][a-z0-9_]{0,62})=((?:image|vector|model)(?:,(?:image|vector|model))*)(?::([a-z_][a-z0-9_]{0,62}))?$/;
const bucketOption = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,46})((?::(?:public|client-uploads))*)$/;

/**
 * Reads `--view concept_images=image,vector:source_concept_image_id`, `--bucket uploads:client-uploads` and
 * `--client-rows on`.
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

function readView(option: string): [string, { kinds: string[]; source?: string }] {
  const [, name, kinds = "", source] = viewOption.exec(option) ?? [];
  if (name === undefined)
    throw new UsageError(`--view ${option} is not like concept_images=image,vector or models=model:parent`);
  return [
    name,
    { kinds: [...new Set(kinds.split(","))].sort(), ...(source === undefined ? {} : { source }) },
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
