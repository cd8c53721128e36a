// Takes commands in: checks, journal, then the queue of their terminal.
import { SerenoError } from '../../shared/errors.ts';
import { type Command, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { isStorageError } from '../journal/errors.ts';
import { isInDoubt, type JournalRow } from '../journal/rows.ts';
import type { LinkMessage } from '../link/link.ts';
import { failure, type Result } from '../terminal/session/result.ts';
import type { Wish } from '../terminal/writes/table.ts';
import { Contested } from './contested.ts';
import { Inquiries, isInquiry } from './inquiries.ts';
import { logFields } from './log-fields.ts';
import type { DispatcherPorts } from './ports.ts';
import { type Timing, toMessages } from './replies.ts';
import { Results } from './results.ts';
import { checkCommand, parseCommand, toWish, userIdOf } from './understanding.ts';
import { toQuestion, toWriteJob } from './work.ts';

/** What was refused without being stored is remembered, so that a redelivery gets the same answer. */
const REMEMBERED_REFUSALS = 10_000;

export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #results: Results;
  readonly #inquiries: Inquiries;
  readonly #contested: Contested;
  readonly #refused = new Map<string, SerenoError>();

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#results = new Results(ports);
    this.#inquiries = new Inquiries(ports, this.#results);
    this.#contested = new Contested({
      fence: ports.fence,
      cloudClock: ports.cloudClock,
      run: (command) => this.#run(command),
      look: (command) => this.#look(command),
    });
  }

  /** A message on the command topic. Acknowledged once it is on disk, or once it is known to be of no use. */
  receive({ payload, acknowledge }: LinkMessage): void {
    const { log } = this.#ports;
    const received = parseCommand(payload);
    if (received === null) {
      log.error({ bytes: payload.length }, 'a message that is no command was dropped');
      return acknowledge();
    }
    if (received.kind === 'foreign') {
      const { id, error } = received;
      log.error({ command: id, err: error }, 'command refused: it is not understood');
      if (this.#ports.journal.find(id) === null) this.#refuse(id, error);
      return acknowledge();
    }
    const parsed = received.command;
    this.#measure(parsed);
    try {
      if (isInquiry(parsed)) this.#inquiries.answer(parsed);
      else this.#take(parsed);
    } catch (error) {
      // One command must not end the others. Not acknowledged, so that it is neither lost nor believed done.
      return log.error({ ...logFields(parsed), err: error }, 'command could not be taken');
    }
    acknowledge();
  }

  /** Ends what it does by itself; what it could not store, the next run finds in the journal. */
  stop(): void {
    this.#contested.stop();
    this.#results.stop();
  }

  /** Goes on with what an earlier run of the agent left: doubtful writes are looked at, the rest is queued. */
  resume(): void {
    const { journal, log } = this.#ports;
    this.#results.purge();
    for (const row of journal.unsettled()) {
      const { command } = row;
      if (command === null) continue;
      log.info({ ...logFields(command), state: row.state }, 'command resumed');
      if (isInDoubt(row)) this.#look(command);
      else this.#begin(command);
    }
  }

  /** Call when it has become known, or is not known any more, since when this agent speaks for its site. */
  reconsider(): void {
    for (const { queue } of this.#ports.stations()) queue.contest();
    this.#contested.reconsider();
  }

  /** Call when a device is no more: then nobody can tell what became of its contested writes. */
  deviceGone(device: string): void {
    for (const command of this.#contested.withdraw(device)) this.#settleUnknown(command);
  }

  /** Issued after its own deadline is nonsense; believed, it would let every later command come too late. */
  #measure({ via, sentAt, issuedAt, notAfter }: Command): void {
    if (issuedAt > notAfter) return;
    if (via === 'publish') return this.#ports.cloudClock.suppose(issuedAt, notAfter);
    this.#ports.cloudClock.observe(sentAt ?? issuedAt);
  }

  #take(command: Command): void {
    const { journal, clock, log } = this.#ports;
    const refusal = this.#refused.get(command.id);
    if (refusal !== undefined) return this.#refuse(command.id, refusal);
    let known: JournalRow | null;
    try {
      known = journal.receive(command, userIdOf(command), clock.now());
    } catch (error) {
      if (!isStorageError(error)) throw error;
      log.error({ ...logFields(command), err: error }, 'command refused: it could not be stored');
      return this.#refuse(
        command.id,
        new SerenoError('agent_storage', { params: { site: this.#ports.at.site } }),
      );
    }
    if (known !== null) return this.#results.replay(known);
    log.info({ ...logFields(command), via: command.via }, 'command taken');
    this.#begin(command);
  }

  /** A write that another agent may have, or have had, is not simply run. */
  #begin(command: Command): void {
    const { fence, undo, log } = this.#ports;
    const isWrite = command.v === WIRE_VERSION && toWish(command, undo) !== null;
    if (isWrite && fence.claim(command.issuedAt) !== 'ours') {
      log.info(logFields(command), 'contested: another agent may have this command');
      this.#contested.add(command);
    } else {
      this.#run(command);
    }
  }

  #run(command: Command): void {
    const row = this.#ports.journal.find(command.id);
    if (row === null) return;
    if (isInDoubt(row)) this.#look(command);
    else this.#enqueue(row, command);
  }

  /** The terminal tells what became of it. */
  #look(command: Command): void {
    const row = this.#ports.journal.find(command.id);
    const wish = toWish(command, this.#ports.undo);
    const station = command.device === undefined ? undefined : this.#ports.station(command.device);
    if (row === null) return;
    // The device is no more: nobody can tell.
    if (station === undefined || wish === null) return this.#settleUnknown(command);
    const { uid, preimage } = row;
    const job = this.#job(row, command, wish);
    job.foundInDoubt({ uid, preimage, acknowledged: row.state === 'written' });
    station.terminal.adopt([job]);
    station.queue.repairSoon();
  }

  #settleUnknown(command: Command): void {
    const params = { device: command.device ?? '' };
    const error = new SerenoError('outcome_unknown', { params, applied: 'unknown' });
    this.#results.settle(command, failure(error), { queueMs: 0, deviceMs: 0 });
  }

  #enqueue(row: JournalRow, command: Command): void {
    const began = this.#ports.clock.monotonic();
    const settle = (outcome: Result) => {
      this.#results.settle(command, outcome, {
        queueMs: this.#ports.clock.monotonic() - began,
        deviceMs: 0,
      });
    };
    try {
      checkCommand(command);
      const own = this.#ports.ownOperation(command);
      if (own !== undefined) return void this.#runOwn(own, settle);
      if (this.#ports.cloudClock.left(command.notAfter) <= 0) throw new SerenoError('expired');
      const device = command.device ?? '';
      const station = this.#ports.station(device);
      if (station === undefined) throw new SerenoError('device_not_found', { params: { device } });
      const wish = toWish(command, this.#ports.undo);
      const refusal = wish?.refuse(station.terminal) ?? null;
      if (refusal !== null) throw refusal;
      station.queue.push(
        wish === null
          ? toQuestion(command, station, this.#ports, (outcome, timing) =>
              this.#results.settle(command, outcome, timing),
            )
          : { kind: 'write', priority: 'command', ...this.#jobItem(row, command, wish) },
      );
    } catch (error) {
      settle(failure(error));
    }
  }

  async #runOwn(own: () => Promise<Result>, settle: (outcome: Result) => void): Promise<void> {
    settle(await own().catch(failure));
    this.#ports.onOwnSettled();
  }

  #jobItem(row: JournalRow, command: Command, wish: Wish) {
    const job = this.#job(row, command, wish);
    return {
      id: row.id,
      issuedAt: row.issuedAt,
      job,
      timeLeft: () => job.rules.timeLeft(),
      refuse: (error: SerenoError) => job.settle(failure(error)),
    };
  }

  #job(row: JournalRow, command: Command, wish: Wish) {
    const settle = (outcome: Result, timing: Timing) => this.#results.settle(command, outcome, timing);
    return toWriteJob(row, command, wish, this.#ports, settle, this.#contested);
  }

  #refuse(id: string, error: SerenoError): void {
    const { at, outbox } = this.#ports;
    this.#refused.set(id, error);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REMEMBERED_REFUSALS && oldest !== undefined) this.#refused.delete(oldest);
    outbox.sendUnstored(toMessages(at, id, failure(error), { queueMs: 0, deviceMs: 0 }).messages);
  }
}
