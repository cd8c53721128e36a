// The agent as a whole: assembles journal, link, terminals and queues, and takes them down in order.

import type { Logger } from 'pino';
import { SerenoError } from '../shared/errors.ts';
import { WIRE_VERSION } from '../shared/wire/envelope.ts';
import type { ArgsOf } from '../shared/wire/operations.ts';
import type { Stage } from '../shared/wire/stage.ts';
import { topics } from '../shared/wire/topics.ts';
import type { AgentPorts, Certificates } from './agent-ports.ts';
import { type Clock, systemClock, type Timers } from './clock.ts';
import type { AgentConfig } from './config/load.ts';
import { Branch } from './devices/branch.ts';
import { examineStation } from './devices/examination.ts';
import { Follower } from './devices/follower.ts';
import type { Standing } from './devices/standing.ts';
import { hostsOf } from './discovery/subnets.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { Fence } from './dispatch/fence.ts';
import { Outbox } from './dispatch/outbox.ts';
import { HelloTeller } from './hello.ts';
import { Journal } from './journal/journal.ts';
import { UndoVault } from './journal/undo-vault.ts';
import { Keeping } from './keeping.ts';
import type { Link } from './link/link.ts';
import type { LocalPublisher } from './link/local-broker.ts';
import { NotedClock } from './noted-clock.ts';
import { Onlookers } from './onlookers.ts';
import { Punches } from './punches/punches.ts';
import { Survey } from './survey.ts';
import { UpdateDesk } from './update/desk.ts';
import { diskOf } from './vitals.ts';

const SWEEP_MS = 300_000;
const DRAIN_MS = 2000;

export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #undo: UndoVault;
  readonly #onlookers: Onlookers;
  readonly #cloudClock: NotedClock;
  readonly #fence: Fence;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #hello: HelloTeller;
  readonly #dispatcher: Dispatcher;
  readonly #branch: Branch;
  readonly #follower: Follower;
  readonly #localBroker: LocalPublisher | null;
  readonly #certificates: Certificates | null;
  readonly #updates: UpdateDesk;
  readonly #punches: Punches;
  readonly #keeping: Keeping;
  readonly #survey: Survey;
  /** Counts up over all commands and from where no earlier run has been, so it counts up within each command. */
  #progressSeq: number;
  #cancelTidying: (() => void) | null = null;

  /** @throws SerenoError `agent_storage` if the data folder cannot be used or another agent runs on it. */
  constructor(
    config: AgentConfig,
    {
      log,
      connect,
      localBroker,
      certificates,
      updater,
      clock = systemClock,
      timers = clock,
      disk = diskOf,
    }: AgentPorts,
  ) {
    this.#config = config;
    this.#certificates = certificates ?? null;
    this.#log = log;
    this.#clock = clock;
    const onUpdate = () => this.#hello.announceSoon();
    this.#updates = new UpdateDesk({ folder: updater ?? null, clock, onNews: onUpdate, log });
    this.#progressSeq = clock.now();
    this.#journal = Journal.open(config.dataDir, config.site, clock);
    this.#onlookers = new Onlookers(config.dataDir, () => this.#keeping.rules.access.count(), log);
    this.#undo = new UndoVault(this.#journal.undo, {
      folder: config.dataDir,
      site: config.site,
      days: config.undoDays,
      now: () => this.#cloudClock.now(),
    });
    this.#cloudClock = new NotedClock(clock, this.#journal.notes, log);
    this.#fence = new Fence(clock, this.#cloudClock);
    this.#link = connect({
      onCommand: (message) => {
        // A session that the broker kept brings messages before the line is up for this agent.
        if (!this.#fence.isConnected) this.#fence.connected();
        this.#dispatcher.receive(message);
        this.#hello.measured();
        this.#cloudClock.note();
        this.#keeping.rules.measured();
      },
      onStored: (payload) => this.#punches.stored(payload),
      onUp: () => this.#up(),
      onDown: (reason) => {
        log.warn({ reason }, 'line to the cloud is down');
        this.#onlookers.lineBroke(reason);
        this.#fence.disconnected();
        this.#hello.disconnected();
        this.#punches.disconnected();
      },
      onTakenOver: () => this.#takenOver(),
    });
    const link = () => this.#link;
    const at = { tenant: config.tenant, site: config.site };
    this.#outbox = new Outbox(this.#journal, link, clock, log);
    this.#hello = new HelloTeller({
      at,
      clock,
      cloudClock: this.#cloudClock,
      journal: this.#journal,
      fence: this.#fence,
      link,
      stations: () => this.#branch.stations(),
      collected: (device) => this.#punches.collected(device),
      wanted: () => this.#keeping.wanted(),
      eventsWaiting: () => this.#punches.waiting,
      disk: () => disk(config.dataDir),
      certificate: () => this.#certificates?.times ?? null,
      key: () => this.#keeping.key,
      update: () => this.#updates.report,
      onNews: (hello, connected) => this.#onlookers.announced(hello, connected),
      log,
    });
    this.#branch = new Branch(config.devices, {
      site: config.site,
      journal: this.#journal,
      hosts: config,
      clock,
      timers,
      together: {
        begin: (work) => this.#journal.together(work),
        note: (work) => this.#journal.unsynced(work),
        settle: (work) => this.#dispatcher.together(work),
      },
      now: () => this.#cloudClock.now(),
      left: (notAfter) => this.#cloudClock.left(notAfter),
      onStanding: (device, standing) => this.#noteStanding(device, standing),
      onContact: () => this.#hello.contact(),
      onReach: (device, isReachable) => {
        this.#keeping.contact(device, isReachable);
        if (isReachable) this.#dispatcher.reached(device);
      },
      onRoster: (device, roster) => this.#keeping.saw(device, roster),
      onChange: () => {
        this.#hello.announceNow();
        this.#punches.follow(this.#branch.stations());
      },
      onGone: (device) => {
        this.#dispatcher.deviceGone(device);
        this.#keeping.deviceGone(device);
      },
      log,
    });
    this.#localBroker = localBroker ?? null;
    this.#punches = this.#openPunches();
    this.#keeping = this.#openKeeping();
    this.#survey = new Survey({
      clock,
      left: (notAfter) => this.#cloudClock.left(notAfter),
      named: config.subnets,
      allowLoopback: config.allowLoopback,
      devices: () => this.#branch.devices(),
      progress: (id, stage, done, total) => this.#progress(id, stage, done, total),
    });
    this.#dispatcher = new Dispatcher({
      at,
      journal: this.#journal,
      outbox: this.#outbox,
      undo: this.#undo,
      clock,
      cloudClock: this.#cloudClock,
      fence: this.#fence,
      log,
      station: (device) => this.#branch.station(device),
      stations: () => this.#branch.stations(),
      publishProgress: (id, stage, done, total) => this.#progress(id, stage, done, total),
      own: { ...this.#branch.operations, ...this.#keeping.operations, ...this.#survey.operations },
      onWritten: (...written) => this.#keeping.written(...written),
      words: {
        'device.refused': ({ devices }) => this.#onlookers.refused(devices),
        'site.tenure': (word) => this.#noteFence(word),
        'site.certificate': (word) => this.#certificates?.take(word),
        'agent.update': (word) => this.#updates.take(word),
      },
      onOwnSettled: () => this.#orLater(() => this.#branch.tidy()),
    });
    this.#follower = this.#startFollower(timers);
  }

  #openPunches(): Punches {
    const { punches, dataDir: folder, tenant, site } = this.#config;
    return new Punches({
      ...{ ...punches, folder, at: { tenant, site } },
      onNews: () => this.#hello.announceSoon(),
      ownWrites: this.#journal.users,
      isPressing: (device) => this.#keeping.rules.countsPasses(device),
      onPunch: (punch, isNew) => this.#keeping.rules.access.punched(punch, isNew),
      publish: (topic, payload) => this.#link.publish(topic, payload),
      localBroker: this.#localBroker,
      clock: this.#clock,
      log: this.#log,
    });
  }

  #openKeeping(): Keeping {
    return new Keeping({
      config: this.#config,
      clock: this.#clock,
      cloudClock: this.#cloudClock,
      station: (device) => this.#branch.station(device),
      order: (...order) => this.#dispatcher.order(...order),
      inDoubt: (device, userId) => this.#journal.users.isInDoubt(device, userId),
      punches: () => this.#punches,
      log: this.#log,
    });
  }

  #startFollower(timers: Timers): Follower {
    return new Follower({
      stations: () => this.#branch.stations(),
      hosts: [...new Set(this.#config.subnets.flatMap(hostsOf))],
      move: (found) => this.#branch.move(found),
      timers,
      log: this.#log,
    });
  }

  /** Goes on where the last run ended, reaches out to every terminal, and connects. */
  start(): void {
    this.#dispatcher.resume();
    this.#branch.start();
    this.#localBroker?.start();
    this.#keeping.start();
    this.#punches.follow(this.#branch.stations());
    this.#link.start();
    this.#certificates?.start({
      publish: (topic, payload) => this.#link.publish(topic, payload),
      now: () => this.#cloudClock.now(),
      onNews: () => this.#hello.announceSoon(),
    });
    this.#updates.start();
    this.#onlookers.serve((id) => examineStation(id, this.#branch.station(id), this.#clock));
    this.#tidy();
  }

  /** Takes nothing more, ends what is under way, enables every terminal, sends what is settled, closes. */
  async stop(): Promise<void> {
    // Each step is taken even if one before it failed; the last one here is taken first.
    await using steps = new AsyncDisposableStack();
    steps.defer(() => this.#onlookers.forget());
    steps.defer(() => this.#journal.close());
    steps.defer(() => this.#hello.stop());
    steps.defer(() => this.#localBroker?.stop());
    steps.defer(() => this.#keeping.close());
    steps.defer(() => this.#punches.stop());
    steps.defer(() => this.#link.stop());
    steps.defer(() => this.#outbox.drain(DRAIN_MS));
    steps.defer(() => this.#outbox.pump());
    steps.defer(() => this.#dispatcher.stop());
    steps.defer(() => this.#branch.stop());
    steps.defer(() => this.#follower.stop());
    steps.defer(() => this.#onlookers.close());
    steps.defer(() => this.#hello.stop());
    steps.defer(() => this.#keeping.stop());
    steps.defer(() => this.#survey.stop());
    steps.defer(() => this.#cancelTidying?.());
    steps.defer(() => this.#certificates?.stop());
    steps.defer(() => this.#updates.stop());
  }

  #up(): void {
    this.#fence.connected();
    this.#log.info({ session: this.#link.session }, 'connected to the cloud');
    this.#hello.connected();
    this.#outbox.pump();
    this.#punches.connected(this.#link.takesEvents);
  }

  #takenOver(): void {
    this.#log.error('another agent has connected with the certificate of this site: switch one of them off');
    this.#fence.lost();
    this.#dispatcher.reconsider();
  }

  /** A message meant for an earlier connection, or for another agent, says nothing about this one. */
  #noteFence({ session, seq, since }: ArgsOf<'site.tenure'>): void {
    if (!this.#hello.isAnsweredBy(session, seq)) return;
    this.#log.info({ since }, 'the cloud says since when this agent alone speaks for the site');
    this.#fence.learn(since);
    this.#dispatcher.reconsider();
  }

  #noteStanding(device: string, { state, reason }: Standing): void {
    const why = reason === null ? {} : { reason: reason.code, ...reason.params };
    this.#log.info({ ...why, device, state }, `terminal is ${state}`);
    this.#hello.announceSoon();
    this.#follower.noticed();
  }

  #progress(id: string, stage: Stage, done?: number, total?: number): void {
    const seq = ++this.#progressSeq;
    const at = this.#clock.now();
    const message = { v: WIRE_VERSION, id, seq, stage, done, total, at };
    const topic = topics.progress(this.#config, id);
    this.#link.publish(topic, Buffer.from(JSON.stringify(message))).catch((error: unknown) => {
      this.#log.debug({ command: id, error: String(error) }, 'progress not sent');
    });
  }

  /** At the start, and every few minutes from then on. */
  #tidy(): void {
    this.#cancelTidying = this.#clock.after(SWEEP_MS, () => this.#tidy());
    this.#hello.look();
    this.#orLater(() => {
      // A wall clock that is years wrong must not make the journal forget: time is what the cloud says it is.
      if (this.#cloudClock.offset !== null) this.#journal.sweep(this.#cloudClock.now());
      else this.#journal.forgetLog();
      this.#undo.sweep();
      this.#branch.tidy();
      this.#punches.follow(this.#branch.stations());
    });
  }

  /** What cannot be tidied now, for a disk that is full, is tidied the next time. */
  #orLater(tidy: () => void): void {
    try {
      tidy();
    } catch (error) {
      if (!(error instanceof SerenoError)) throw error;
      this.#log.error({ err: error }, 'the journal could not be tidied');
    }
  }
}
