// What the test of the contract uses of its validator.
declare module '@seriousme/openapi-schema-validator' {
  export class Validator {
    constructor(options?: { readonly strict?: false | 'log' });
    validate(document: object): Promise<{ readonly valid: boolean; readonly errors?: unknown }>;
  }
}
