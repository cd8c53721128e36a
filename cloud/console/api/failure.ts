// What a call that did not work tells: the API's own sentence, in the language that is spoken.
interface ErrorBody {
  readonly error?: string;
  readonly code?: string;
  readonly applied?: string;
  readonly details?: readonly { readonly path: string; readonly message: string }[];
}

export class Failure extends Error {
  override readonly name = 'Failure';
  /** 0: nothing came back. */
  readonly status: number;
  readonly code: string;
  readonly applied: string | undefined;
  readonly details: readonly { readonly path: string; readonly message: string }[];

  constructor(status: number, body: ErrorBody, options?: ErrorOptions) {
    super(body.error ?? '', options);
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.applied = body.applied;
    this.details = body.details ?? [];
  }
}

/** Nothing came back: no network, or nobody there. */
export function unreachable(cause: unknown): Failure {
  return new Failure(0, { code: 'unreachable' }, { cause });
}

/** The failure that an answer tells; a body of another form tells its status alone. */
export function failureOf(response: Response, body: unknown): Failure {
  return new Failure(response.status, typeof body === 'object' && body !== null ? body : {});
}

/** What is wrong with each field of a form, by its name. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Failure)) return {};
  return Object.fromEntries(error.details.map(({ path, message }) => [path, message]));
}
