// The exceptions of the AWS services that are stood in for, with the statuses AWS sends them with.

const STATUS = {
  InvalidRequestException: 400,
  UnauthorizedException: 401,
  ForbiddenException: 403,
  ResourceNotFoundException: 404,
  MethodNotAllowedException: 405,
  CertificateStateException: 406,
  DeleteConflictException: 409,
  ResourceAlreadyExistsException: 409,
  RequestEntityTooLargeException: 413,
  InternalFailureException: 500,
  GatewayTimeoutException: 504,
} as const;

/** An answer other than 200; `code` is what the SDK makes the exception's name of. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: keyof typeof STATUS;
  readonly status: number;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
  }
}
