/** Thrown where the vendor refuses a request; becomes its error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** Dotted, e.g. `InvalidEndpointOrModel.NotFound`. */
  readonly code: string;
  readonly param: string;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    param = "",
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.headers = headers;
  }
}

/** A parameter whose value will not do. */
export function invalid(param: string, reason: string): Refusal {
  return new Refusal(
    400,
    "InvalidParameter",
    `The parameter \`${param}\` specified in the request is not valid: ${reason}.`,
    param,
  );
}

/** A parameter that this model does not have. */
export function unsupported(param: string, model: string): Refusal {
  return invalid(param, `${param} is not supported by model ${model}`);
}

/** A required parameter that is not there. */
export function missing(param: string): Refusal {
  return new Refusal(
    400,
    "MissingParameter",
    `The request failed because it is missing \`${param}\` parameter.`,
    param,
  );
}

/** An unknown or retired model. */
export function modelNotFound(model: string): Refusal {
  return new Refusal(
    404,
    "InvalidEndpointOrModel.NotFound",
    `The model or endpoint ${model} does not exist or you do not have access to it.`,
  );
}
