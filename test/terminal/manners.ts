// What no careful client does, noted as it happens: reply ids, sessions, stray acknowledgements, writes sent again.

import { behaviours } from './behaviours/table.ts';
import type { Client } from './client.ts';
import type { Payload } from './framing.ts';
import { Command, REPLY_IDS } from './protocol.ts';

/** How many requests in a row may be lost. */
const MOST_LOST = 100;

export class Manners {
  readonly #client: Client;
  readonly #note: (text: string) => void;
  /** Datagrams come twice, or overtake others: a connect may then make two sessions, of which the client heard one. */
  readonly #isDisorderly: boolean;
  #last: Payload | null = null;

  constructor(client: Client, isDisorderly: boolean, note: (text: string) => void) {
    this.#client = client;
    this.#isDisorderly = isDisorderly;
    this.#note = note;
  }

  request(payload: Payload): void {
    const last = this.#last;
    this.#last = payload;
    const { command, session, replyId } = payload;
    if (command === Command.connect) {
      if (session !== 0 || replyId !== 0) this.#note(`connect with session ${session}, reply id ${replyId}`);
      return;
    }
    if (this.#client.connected && session !== this.#client.session && !this.#isDisorderly) {
      this.#note(`session ${session} in ${command}, not ${this.#client.session}`);
    }
    if (last === null) return;
    if (this.#client.transport === 'udp' && isSame(payload, last)) {
      if (behaviours.get(command)?.writes !== undefined && !this.#isDisorderly)
        this.#note(`${command} sent again`);
      return;
    }
    // Over UDP requests get lost: ids may have gaps.
    const next = (last.replyId + 1) % REPLY_IDS;
    const isOn = this.#client.transport === 'udp' && (replyId - next + REPLY_IDS) % REPLY_IDS < MOST_LOST;
    // What was sent again may arrive behind what came after it.
    if (replyId !== next && !isOn && !this.#isDisorderly)
      this.#note(`reply id ${replyId} in ${command}, not ${next}`);
  }

  /** A 2000 from the client, while `owed` events wait for one. */
  acknowledgement({ session, replyId, data }: Payload, owed: number): void {
    if (owed === 0) this.#note('2000 without an event');
    if (session !== this.#client.session && !this.#isDisorderly)
      this.#note(`2000 with session ${session}, not ${this.#client.session}`);
    if (replyId !== 0) this.#note(`2000 with reply id ${replyId}, not 0`);
    if (data.length > 0) this.#note(`2000 with ${data.length} bytes of data`);
  }
}

function isSame(one: Payload, other: Payload): boolean {
  return one.replyId === other.replyId && one.command === other.command && one.data.equals(other.data);
}
