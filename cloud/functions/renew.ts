// Called by the IoT rule when an agent asks for its next certificate: signs it, and sends it back over the same line.
import { renewalEventSchema } from '../../shared/wire/renewal.ts';
import { controlClient, iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotSender } from '../commands/iot-sender.ts';
import { sendWord } from '../commands/word.ts';
import { directoryConfig, enrolmentConfig } from '../config.ts';
import { AwsIssuer } from '../enrolment/aws-issuer.ts';
import { AwsRevoker } from '../enrolment/aws-revoker.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { type RenewPorts, renew } from '../enrolment/renew.ts';
import { RenewalRefused } from '../enrolment/renewal-request.ts';
import { about, log } from '../log.ts';
import { auditedRenewal } from '../rest/request/audited.ts';
import { tableNamed } from '../store/client.ts';

function ports(): RenewPorts {
  const table = tableNamed(directoryConfig().tableName);
  return {
    agents: new DynamoSiteAgents(table),
    issuer: new AwsIssuer(controlClient(), enrolmentConfig()),
    revoker: new AwsRevoker(controlClient, iotClient),
    audited: auditedRenewal,
    now: () => systemClock.now(),
  };
}

/** @throws what went wrong, so that it is done again */
export async function handler(given: unknown): Promise<void> {
  const event = renewalEventSchema.parse(given);
  const { tenant, site } = event;
  await about({ tenant, site }, async () => {
    try {
      const { id, pem } = await renew(ports(), event);
      log.info('certificate renewed', { certificate: id, follows: event.certificate });
      const word = { certificate: pem, days: enrolmentConfig().days };
      await sendWord(new IotSender(iotClient(), systemClock), event, 'site.certificate', word, systemClock);
    } catch (error) {
      // An agent must not be able to raise an alarm of this function.
      if (!(error instanceof RenewalRefused)) throw error;
      log.warn('renewal refused', { reason: error.reason });
    }
  });
}
