// What can go wrong while an agent is enrolled, besides the errors that the cloud answers with.

export type EnrolmentErrorCode =
  | 'unreachable'
  | 'refused'
  | 'answer_invalid'
  | 'url_insecure'
  | 'proxy_invalid'
  | 'other_site';

/** Enrolling failed; the message says what to do next. */
export class EnrolmentError extends Error {
  override readonly name = 'EnrolmentError';
  readonly code: EnrolmentErrorCode;

  constructor(code: EnrolmentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
