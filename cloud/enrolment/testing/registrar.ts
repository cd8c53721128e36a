// An issuer of tests that remembers which certificates hold, and breaks off where it is told to.
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import type { Certificate } from '../enrolments.ts';
import type { Issuer, Revoker } from '../issuer.ts';

export class Registrar implements Issuer, Revoker {
  signed = 0;
  breaks: 'sign' | 'admit' | null = null;
  beforeAdmit: () => Promise<unknown> = async () => {};
  /** Runs after it was looked which certificates there are, and before they are taken back. */
  beforeRevoked: () => Promise<unknown> = async () => {};
  readonly active = new Set<string>();

  async certificates(): Promise<string[]> {
    return [...this.active];
  }

  async sign(): Promise<Certificate> {
    if (this.breaks === 'sign') throw new Error('broken off');
    const id = `c${++this.signed}`;
    return { id, ref: `arn:${id}`, pem: `pem of ${id}` };
  }

  async admit(_at: SiteAddress, { id }: Certificate): Promise<void> {
    if (this.breaks === 'admit') throw new Error('broken off');
    await this.beforeAdmit();
    this.active.add(id);
  }

  async endpoint(): Promise<string> {
    return 'iot.example';
  }

  async revoke(_at: SiteAddress, isMeant: (id: string) => boolean): Promise<string[]> {
    const meant = [...this.active].filter(isMeant);
    await this.beforeRevoked();
    for (const id of meant) this.active.delete(id);
    return meant;
  }

  async forget(): Promise<void> {}
  async disconnect(): Promise<void> {}
}
