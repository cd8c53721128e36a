// After a purge the ledger forgets the name too: in the answers to earlier commands about that user, and in lists.
import { replyPart } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import type { Clock } from '../clock.ts';
import { keys, replyPrefix } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { type CommandRow, commandRowSchema, type Settlement } from './ledger.ts';
import { messageRowSchema } from './replies.ts';

export interface Eraser {
  /** Takes the name of the user that `purge` was about out of all that was stored before it. */
  erase(purge: CommandRow): Promise<void>;
}

const LANES = 10;
/** The index follows the table: after so long it is taken to have all that was put before the purge, ms. */
const INDEX_BEHIND_MS = 1000;

/** True for a purge after which nobody of that badge is at the terminal, and which the ledger has not followed yet. */
function isDue({ purge }: CommandRow, { status, code }: Settlement): boolean {
  return purge === true && (status === 'ok' || code === 'user_not_found');
}

/** Erases once a purge has ended. @throws what the store throws: the next look at the operation tries again */
export async function followPurge(
  eraser: Eraser,
  command: CommandRow,
  settlement: Settlement,
): Promise<void> {
  if (isDue(command, settlement)) await eraser.erase(command);
}

export class DynamoEraser implements Eraser {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async erase(purge: CommandRow): Promise<void> {
    const early = purge.issuedAt + INDEX_BEHIND_MS - this.#clock.now();
    if (early > 0) await this.#clock.sleep(early);
    await sideBySide(await this.#before(purge), LANES, (command) => this.#blank(command, purge));
    await this.#table.updateIf(keys.command(purge.tenant, purge.id), {
      remove: 'purge',
      condition: 'attribute_exists(pk)',
    });
  }

  /** Earlier commands whose answers may hold the name: reads of that terminal, and writes of that badge. */
  async #before({ tenant, id, device, userId }: CommandRow): Promise<CommandRow[]> {
    const items = await this.#table.query({
      index: true,
      pk: keys.tenant(tenant),
      sk: { before: id },
      filter:
        'device = :device AND (#op IN (:list, :get) OR userId = :user OR (#op = :put AND attribute_not_exists(userId)))',
      values: { device, user: userId, list: 'user.list', get: 'user.get', put: 'user.put' },
    });
    return items.map((item) => commandRowSchema.parse(item));
  }

  async #blank({ tenant, id, site, op }: CommandRow, { userId }: CommandRow): Promise<void> {
    const { pk } = keys.command(tenant, id);
    const envelope = `${replyPrefix(site)}${replyPart('ok', 0)}`;
    const rows = await this.#table.query({ pk, sk: { begins: `${replyPrefix(site)}ok-` } });
    for (const item of rows) {
      const row = messageRowSchema.safeParse(item);
      if (!row.success) continue;
      const { sk, body } = row.data;
      if (sk !== envelope) {
        if (op !== 'user.put') await this.#table.delete({ pk, sk });
        continue;
      }
      const blank = op === 'user.put' ? withoutName(body, userId) : withoutData(body);
      if (blank !== null) await this.#replace(pk, sk, blank);
    }
  }

  /** A row that has expired in the meantime is not put again. */
  async #replace(pk: string, sk: string, body: string): Promise<void> {
    await this.#table.updateIf(
      { pk, sk },
      { set: 'body = :body', condition: 'attribute_exists(pk)', values: { body } },
    );
  }
}

function decoded(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(body, 'base64').toString('utf8'));
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function encoded(reply: object): string {
  return Buffer.from(JSON.stringify(reply)).toString('base64');
}

/** A repeat of the write is still answered, with an empty name; null where it is about somebody else. */
function withoutName(body: string, userId: string | undefined): string | null {
  const reply = decoded(body);
  const data = reply?.data;
  if (typeof data !== 'object' || data === null || !('name' in data)) return null;
  if ('user_id' in data && data.user_id !== userId) return null;
  return encoded({ ...reply, data: { ...data, name: '' } });
}

/** A list has succeeded and its result is not kept any more. */
function withoutData(body: string): string | null {
  const reply = decoded(body);
  if (reply === null) return null;
  const { data: _data, parts: _parts, ...rest } = reply;
  return encoded(rest);
}
