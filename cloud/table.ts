// The one DynamoDB table, as plain data: whoever creates it (CDK, local mode, tests) reads it here.

/** All keys are strings. `ttl` is the attribute with the epoch second at which a row may go. */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'expiresAt',
  /** Commands of one tenant by time; everything is projected, commands are small. */
  indexes: [{ name: 'ops', partitionKey: 'opsPk', sortKey: 'opsSk', projection: 'ALL' }],
} as const;

export const OPS_INDEX = 'ops';
