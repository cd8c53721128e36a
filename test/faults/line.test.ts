import { beforeEach, describe, expect, it } from 'vitest';
import { Line, type LineFault } from './line.ts';

let line: Line;
let sent: number[];
let struck: LineFault[];
beforeEach(() => {
  line = new Line();
  sent = [];
  struck = [];
  line.onStrike = (kind) => struck.push(kind);
});

const send = (...numbers: number[]) => {
  for (const number of numbers) line.message('site', () => sent.push(number));
};
const reply = { tenant: 'faults', site: 'sede', kind: 'res', commandId: 'id', part: 'ok-0' } as const;

describe('the line between cloud and agent', () => {
  it('passes everything on while nothing is ordered', () => {
    send(1, 2);
    expect([sent, struck, line.publish(reply)]).toEqual([[1, 2], [], 'passes']);
  });

  it('loses and doubles as often as it was ordered', () => {
    line.order('message-lost', 2);
    line.order('message-doubled', 1);
    send(1, 2, 3, 4);
    expect(sent).toEqual([3, 3, 4]);
    expect(struck).toEqual(['message-lost', 'message-lost', 'message-doubled']);
  });

  it('lets the next one overtake, and lets go in the end what nothing overtook', () => {
    line.order('message-swapped', 2);
    send(1, 2, 3);
    expect([sent, struck]).toEqual([[2, 1], ['message-swapped']]);
    line.clear();
    expect([sent, struck]).toEqual([[2, 1, 3], ['message-swapped']]);
  });

  it('holds back what comes late until its time, or until the end', () => {
    line.order('message-late', 1, 60_000);
    send(1, 2);
    expect(sent).toEqual([2]);
    line.clear();
    expect(sent).toEqual([2, 1]);
  });

  it('breaks under replies alone', () => {
    line.order('reply-lost', 1);
    line.order('reply-unanswered', 1);
    const progress = { tenant: 'faults', site: 'sede', kind: 'prog', commandId: 'id' } as const;
    expect([progress, reply, reply, reply].map((topic) => line.publish(topic))).toEqual([
      'passes',
      'lost',
      'unanswered',
      'passes',
    ]);
  });
});
