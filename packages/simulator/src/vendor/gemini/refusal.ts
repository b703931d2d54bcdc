/** Thrown where the vendor refuses a request; becomes its error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly status: string;
  readonly details: readonly object[];

  constructor(code: number, status: string, message: string, details: readonly object[] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** A request that makes no sense as a whole. */
export function invalidArgument(message: string): Refusal {
  return new Refusal(400, "INVALID_ARGUMENT", message);
}

/** A field that will not do. `path` is as the vendor writes it: `generation_config.image_config`. */
export function invalidField(path: string, message: string): Refusal {
  return new Refusal(400, "INVALID_ARGUMENT", message, [
    {
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [path === "" ? { description: message } : { field: path, description: message }],
    },
  ]);
}

/** A field that nobody has heard of. */
export function unknownName(name: string, path: string): Refusal {
  const where = path === "" ? "" : ` at '${path}'`;
  return invalidField(
    path,
    `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`,
  );
}

/** An unknown or retired model, or one that has no such method. */
export function modelNotFound(id: string, method: string): Refusal {
  return new Refusal(
    404,
    "NOT_FOUND",
    `models/${id} is not found for API version v1beta, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
  );
}
