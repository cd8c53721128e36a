// Decides whether a policy allows a request, as IAM and IoT Core do: wildcards, policy variables, conditions, deny wins.
import * as z from 'zod';

const list = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  Resource: list,
  Condition: z.record(z.string(), z.record(z.string(), list)).optional(),
});
export type Statement = z.output<typeof statementSchema>;

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(statementSchema),
});

/** Reads a policy document; anything that this evaluator does not understand (NotAction, Principal) is an error. */
export function statementsOf(document: unknown): Statement[] {
  return documentSchema.parse(document).Statement;
}

export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys and policy variables; what is absent is absent from the request too. */
  readonly context?: Readonly<Record<string, string>>;
}

/** `*` is any run of characters, `/` included, and `?` is one. */
function matches(pattern: string, value: string, ignoreCase = false): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const source = escaped.replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(value);
}

/** The pattern with its variables filled in, or null where one has no value: such a statement matches nothing. */
function filled(pattern: string, context: Readonly<Record<string, string>>): string | null {
  let missing = false;
  const text = pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    missing ||= context[name] === undefined;
    return context[name] ?? '';
  });
  return missing ? null : text;
}

const operators: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  Bool: (pattern, value) => pattern === value,
  StringEquals: (pattern, value) => pattern === value,
  StringLike: (pattern, value) => matches(pattern, value),
};

function conditionHolds(statement: Statement, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(statement.Condition ?? {}).every(([name, keys]) => {
    const operator = operators[name];
    if (operator === undefined) throw new Error(`no idea what the condition ${name} does`);
    return Object.entries(keys).every(([key, patterns]) => {
      const value = context[key];
      return value !== undefined && patterns.some((pattern) => operator(pattern, value));
    });
  });
}

function applies(statement: Statement, { action, resource, context = {} }: Request): boolean {
  return (
    statement.Action.some((pattern) => matches(pattern, action, true)) &&
    statement.Resource.some((pattern) => {
      const text = filled(pattern, context);
      return text !== null && matches(text, resource);
    }) &&
    conditionHolds(statement, context)
  );
}

/** Nothing is allowed unless a statement allows it and none denies it. */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const applying = statements.filter((statement) => applies(statement, request));
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
}
