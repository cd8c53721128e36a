// Runs the SQL of an IoT rule on one message: the part of the language that the rules use, and nothing else.

/** A message as the rules engine gets it. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Epoch ms. */
  readonly now: number;
  /** Id of the certificate of the connection that it came by; absent for AWS's own messages. */
  readonly certificate?: string;
}

type Value = string | number | boolean | undefined;
type Expression = (message: Message) => Value;

const TOKEN = /\s*('(?:[^']*)'|<>|[A-Za-z_][A-Za-z0-9_]*|\d+|[(),*+/=])/y;

function tokens(sql: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.trimEnd().length) {
    const token = TOKEN.exec(sql)?.[1];
    if (token === undefined) throw new Error(`no idea what this is: ${sql.slice(found.join('').length)}`);
    found.push(token);
  }
  return found;
}

/** Functions of AWS IoT SQL, as its developer guide describes them; positions count from 0, levels of a topic from 1. */
const functions: Readonly<Record<string, (args: readonly Value[], message: Message) => Value>> = {
  topic: ([level], { topic }) => topic.split('/')[Number(level) - 1],
  principal: (_args, { certificate }) => certificate,
  timestamp: (_args, { now }) => now,
  concat: (args) => args.join(''),
  floor: ([value]) => Math.floor(Number(value)),
  indexof: ([text, part]) => String(text).indexOf(String(part)),
  substring: ([text, from, to]) =>
    String(text).slice(Number(from), to === undefined ? undefined : Number(to)),
  regexp_matches: ([text, pattern]) => text !== undefined && new RegExp(String(pattern)).test(String(text)),
  encode: ([, encoding], { payload }) => Buffer.from(payload).toString(encoding as BufferEncoding),
};

class Parser {
  readonly #tokens: string[];
  #at = 0;

  constructor(sql: string) {
    this.#tokens = tokens(sql);
  }

  take(expected?: string): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`expected ${expected ?? 'more'}, found ${token}`);
    }
    return token;
  }

  takeIf(expected: string): boolean {
    if (this.#tokens[this.#at] !== expected) return false;
    this.#at++;
    return true;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  condition(): Expression {
    const parts = [this.#comparison()];
    while (this.takeIf('AND')) parts.push(this.#comparison());
    return (message) => parts.every((part) => part(message) === true);
  }

  #comparison(): Expression {
    const left = this.expression();
    if (!this.takeIf('<>')) return left;
    const right = this.expression();
    return (message) => left(message) !== right(message);
  }

  expression(): Expression {
    const left = this.#quotient();
    if (!this.takeIf('+')) return left;
    const right = this.expression();
    return (message) => Number(left(message)) + Number(right(message));
  }

  #quotient(): Expression {
    const left = this.#atom();
    if (!this.takeIf('/')) return left;
    const right = this.#atom();
    return (message) => Number(left(message)) / Number(right(message));
  }

  #atom(): Expression {
    const token = this.take();
    if (token === '*') return () => '*';
    if (/^\d/.test(token)) return () => Number(token);
    if (token.startsWith("'")) return () => token.slice(1, -1);
    return this.takeIf('(') ? this.#call(token) : (message) => member(message, token);
  }

  #call(name: string): Expression {
    const run = functions[name];
    if (run === undefined) throw new Error(`no idea what ${name} does`);
    const args: Expression[] = [];
    while (!this.takeIf(')')) {
      args.push(this.expression());
      this.takeIf(',');
    }
    return (message) =>
      run(
        args.map((arg) => arg(message)),
        message,
      );
  }
}

function member({ payload }: Message, name: string): Value {
  return (JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, Value>)[name];
}

function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  return (
    wanted.length === levels.length && wanted.every((level, at) => level === '+' || level === levels[at])
  );
}

/** What the rule hands to its action, or null where it is not for this message. */
export function runRule(sql: string, message: Message): Record<string, Value> | null {
  const parser = new Parser(sql);
  parser.take('SELECT');
  const columns = new Map<string, Expression>();
  do {
    const value = parser.expression();
    parser.take('AS');
    columns.set(parser.take(), value);
  } while (parser.takeIf(','));
  parser.take('FROM');
  const filter = parser.take().slice(1, -1);
  const where: Expression = parser.takeIf('WHERE') ? parser.condition() : () => true;
  if (!parser.isAtEnd) throw new Error('more than one statement');
  if (!filterMatches(filter, message.topic) || where(message) !== true) return null;
  return Object.fromEntries([...columns].map(([name, value]) => [name, value(message)]));
}
