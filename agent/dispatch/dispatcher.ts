// Takes commands in: checks, journal, then the queue of their terminal.
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import { isStorageError } from '../journal/errors.ts';
import { isInDoubt, isOfCloud, type JournalRow } from '../journal/rows.ts';
import type { LinkMessage } from '../link/link.ts';
import { failure, type Result } from '../result.ts';
import { Batches } from './batches.ts';
import { Contested } from './contested.ts';
import { Inquiries } from './inquiries.ts';
import { type AskRequest, Intake, type Request, type WriteRequest } from './intake.ts';
import { logFields } from './log-fields.ts';
import { type OwnOrder, OwnWrites, type Urgency } from './own-writes.ts';
import type { DispatcherPorts } from './ports.ts';
import { type Timing, toMessages } from './replies.ts';
import { Results } from './results.ts';
import { toQuestion, toWriteJob } from './work.ts';

/** What was refused without being stored is remembered, so that a redelivery gets the same answer. */
const REMEMBERED_REFUSALS = 10_000;

export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #intake: Intake;
  readonly #results: Results;
  readonly #inquiries: Inquiries;
  readonly #contested: Contested;
  readonly #ownWrites: OwnWrites;
  readonly #batches: Batches;
  readonly #refused = new Map<string, SerenoError>();

  constructor(ports: DispatcherPorts) {
    const { undo, words } = ports;
    this.#ports = ports;
    this.#ownWrites = new OwnWrites({
      ...ports,
      begin: (command, origin) => this.#begin(this.#intake.request(command, origin)),
    });
    this.#results = new Results({
      ...ports,
      onOwnWrite: (id, result) => this.#ownWrites.settled(id, result),
    });
    this.#batches = new Batches({ ...ports, order: (...order) => this.#ownWrites.order(...order) });
    const cancelBatch = (id: string) => this.#batches.cancel(id);
    this.#inquiries = new Inquiries({ ...ports, cancelBatch }, this.#results);
    const own = { ...ports.own, ...this.#batches.handlers };
    this.#intake = new Intake({ undo, own, words, inquiries: this.#inquiries.handlers });
    this.#contested = new Contested({
      ...ports,
      onDue: (request, what) => {
        if (what === 'run') this.#run(request);
        else if (what === 'look') this.#look(request);
        else this.#settleUnknown(request);
      },
    });
  }

  /** A message on the command topic. Acknowledged once it is on disk, or once it is known to be of no use. */
  receive({ payload, acknowledge }: LinkMessage): void {
    const { journal, log } = this.#ports;
    const received = this.#intake.read(payload);
    if (received === null) {
      log.error({ bytes: payload.length }, 'a message that is no command was dropped');
      return acknowledge();
    }
    if (received.kind === 'foreign') {
      const { id, error } = received;
      log.error({ command: id, err: error }, 'command refused: it is not understood');
      if (journal.find(id) === null) this.#refuse(id, error);
      return acknowledge();
    }
    const { command } = received;
    try {
      if (received.kind === 'inquiry' || received.kind === 'word') {
        this.#measure(command);
        this.#inquiries.answer(received);
      } else this.#take(received);
    } catch (error) {
      // One command must not end the others. Not acknowledged, so that it is neither lost nor believed done.
      return log.error({ ...logFields(command), err: error }, 'command could not be taken');
    }
    acknowledge();
  }

  /** Writes of the agent itself; see `OwnWrites`. */
  order(device: string, writes: readonly OwnOrder[], urgency: Urgency): readonly Promise<Result>[] {
    return this.#ownWrites.order(device, writes, urgency);
  }

  /** What is settled within `work` is stored by one write to the disk, and then told. */
  together(work: () => void): void {
    this.#results.together(work);
  }

  /** Stops its own work; the next run finds in the journal what could not be stored. */
  stop(): void {
    this.#batches.stop();
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
      const request = this.#intake.request(command, row.origin);
      if (isInDoubt(row)) this.#look(request);
      else this.#begin(request);
    }
  }

  /** Call when it becomes known, or is no longer known, since when this agent speaks for its site. */
  reconsider(): void {
    for (const { queue } of this.#ports.stations()) queue.contest();
    this.#contested.reconsider();
  }

  /** A terminal has answered. */
  reached(device: string): void {
    this.#batches.reached(device);
  }

  /** Call when a device is gone: then nobody can tell what became of its contested writes. */
  deviceGone(device: string): void {
    for (const request of this.#contested.withdraw(device)) this.#settleUnknown(request);
  }

  /** Issued after its own deadline is nonsense; believed, it would let every later command come too late. */
  #measure({ via, sentAt, issuedAt, notAfter }: Command): void {
    if (issuedAt > notAfter) return;
    if (via === 'publish') return this.#ports.cloudClock.suppose(issuedAt, notAfter);
    this.#ports.cloudClock.observe(sentAt ?? issuedAt);
  }

  #take(request: Request): void {
    const { journal, clock, log } = this.#ports;
    const { command } = request;
    const refusal = this.#refused.get(command.id);
    if (refusal !== undefined) return this.#refuse(command.id, refusal);
    // Writes are ordered by the user whose record they change.
    const userId = request.kind === 'write' ? request.wish.userId : null;
    let known: JournalRow | null;
    try {
      known = journal.receive(command, userId, clock.now());
    } catch (error) {
      if (!isStorageError(error)) throw error;
      log.error({ ...logFields(command), err: error }, 'command refused: it could not be stored');
      return this.#refuse(
        command.id,
        new SerenoError('agent_storage', { params: { site: this.#ports.at.site } }),
      );
    }
    // One that came before says nothing of the time: it may have been on its way for long.
    if (known !== null) return this.#results.replay(known);
    this.#measure(command);
    log.info({ ...logFields(command), via: command.via }, 'command taken');
    this.#begin(request);
  }

  /** A write that another agent may have, or may have had, is not simply run. */
  #begin(request: Request): void {
    const { fence, log } = this.#ports;
    if (
      request.kind === 'write' &&
      isOfCloud(request.origin) &&
      fence.claim(request.command.issuedAt) !== 'ours'
    ) {
      log.info(logFields(request.command), 'contested: another agent may have this command');
      this.#contested.add(request);
    } else {
      this.#run(request);
    }
  }

  #run(request: Request): void {
    const row = this.#ports.journal.find(request.command.id);
    if (row === null) return;
    if (isInDoubt(row)) this.#look(request);
    else this.#perform(row, request);
  }

  /** The terminal tells what became of it. */
  #look(request: Request): void {
    const { id, device = '' } = request.command;
    const row = this.#ports.journal.find(id);
    const station = this.#ports.station(device);
    if (row === null) return;
    // The device is gone: nobody can tell.
    if (station === undefined || request.kind !== 'write') return this.#settleUnknown(request);
    const { uid, preimage } = row;
    const job = this.#job(row, request);
    job.foundInDoubt({ uid, preimage, acknowledged: row.state === 'written' });
    station.terminal.adopt([job]);
    station.queue.repairSoon();
  }

  #settleUnknown(request: Request): void {
    const params = { device: request.command.device ?? '' };
    const error = new SerenoError('outcome_unknown', { params, applied: 'unknown' });
    this.#results.settle(request, failure(error), { queueMs: 0, deviceMs: 0 });
  }

  #perform(row: JournalRow, request: Request): void {
    const began = this.#ports.clock.monotonic();
    const settle = (result: Result) => {
      const queueMs = this.#ports.clock.monotonic() - began;
      this.#results.settle(request, result, { queueMs, deviceMs: 0 });
    };
    if (request.kind === 'rejected') return settle(failure(request.error));
    if (request.kind === 'own') return void this.#runOwn(request.run, settle);
    try {
      this.#enqueue(row, request);
    } catch (error) {
      settle(failure(error));
    }
  }

  async #runOwn(run: () => Promise<Result>, settle: (result: Result) => void): Promise<void> {
    settle(await run().catch(failure));
    this.#ports.onOwnSettled();
  }

  /** @throws SerenoError */
  #enqueue(row: JournalRow, request: AskRequest | WriteRequest): void {
    const { notAfter, device = '' } = request.command;
    if (this.#ports.cloudClock.left(notAfter) <= 0) throw new SerenoError('expired');
    const station = this.#ports.station(device);
    if (station === undefined) throw new SerenoError('device_not_found', { params: { device } });
    if (request.kind === 'ask') {
      const settle = (result: Result, timing: Timing) => this.#results.settle(request, result, timing);
      return station.queue.push(toQuestion(request, station, this.#ports, settle));
    }
    const refusal = request.wish.refuse(station.terminal);
    if (refusal !== null) throw refusal;
    station.queue.push({ kind: 'write', priority: request.origin, ...this.#jobItem(row, request) });
  }

  #jobItem(row: JournalRow, request: WriteRequest) {
    const job = this.#job(row, request);
    return {
      id: row.id,
      issuedAt: row.issuedAt,
      job,
      timeLeft: () => job.rules.timeLeft(),
      refuse: (error: SerenoError) => job.settle(failure(error)),
    };
  }

  #job(row: JournalRow, request: WriteRequest) {
    return toWriteJob(row, request, this.#ports, {
      settle: (result, timing) => this.#results.settle(request, result, timing),
      contested: (wasLookedAt) => this.#contested.add(request, wasLookedAt),
    });
  }

  #refuse(id: string, error: SerenoError): void {
    const { at, outbox } = this.#ports;
    this.#refused.set(id, error);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REMEMBERED_REFUSALS && oldest !== undefined) this.#refused.delete(oldest);
    outbox.sendUnstored(toMessages(at, id, failure(error), { queueMs: 0, deviceMs: 0 }).messages);
  }
}
